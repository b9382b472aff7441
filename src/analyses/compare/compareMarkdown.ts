import { formatNumber, formatPercent, formatQuantity, NOT_KNOWN } from '../../base/numbers';
import { isSignificant, smallestAdjusted } from './adjustedPairs';
import type { CompareResult } from './compare';
import { lineName } from './lineNames';

/** A comparison as Markdown for the page of a job: findings, the table of layers, and what the numbers are. Names are strangers' text, and are escaped. */
export function compareMarkdown({ head, pairs, findings, accuracies }: CompareResult): string {
  const names = head.names.map(escapeMarkdown);
  const two = names.length === 2;
  const lines = [
    `## Topology: ${names.join(' and ')}`,
    '',
    `${escapeMarkdown(baseName(head.data.name))}, ${formatQuantity(head.data.rows, 'row')}; ${formatQuantity(head.sampledRows.length, 'point')}, seed ${head.parameters.seed}`,
    '',
    ...findings.map(({ sentence, weight }) => `- ${weight === 'strong' ? '**' : ''}${escapeMarkdown(sentence)}${weight === 'strong' ? '**' : ''}`), // prettier-ignore
    '',
    ...(accuracies.length === 0
      ? []
      : [
          `| accuracy | ${names.join(' | ')} |`,
          `|---|${names.map(() => '---:').join('|')}|`,
          `| share of rows | ${head.models.map(({ accuracy }) => (accuracy === undefined ? NOT_KNOWN : formatPercent(accuracy.value))).join(' | ')} |`,
          '',
        ]),
    `| layer |${two ? '' : ' models |'} bottleneck H0 | H1 | Wasserstein H0 | H1 | adjusted p | CKA | RTD | rows keep |`,
    `|---|${two ? '' : '---|'}---:|---:|---:|---:|---:|---:|---:|---:|`,
    ...pairs.map(pair => {
      const { bottleneck, wasserstein, test, cka, rtd, neighbourhoods } = pair;
      const cells = [
        escapeMarkdown(lineName(head, pair.line)),
        ...(two ? [] : [`${names[pair.a]} / ${names[pair.b]}`]),
        ...[...bottleneck, ...wasserstein].map(({ distance }) => formatNumber(distance)),
        test === null
          ? NOT_KNOWN
          : `${formatNumber(smallestAdjusted(test))}${isSignificant(test) ? '' : ' (not significant)'}`,
        cka === null ? NOT_KNOWN : formatNumber(cka),
        rtd === null ? NOT_KNOWN : formatNumber(rtd.mean),
        neighbourhoods === null ? NOT_KNOWN : formatPercent(neighbourhoods.meanOverlap),
      ];
      return `| ${cells.join(' | ')} |`;
    }),
    '',
    `<sub>Distances of diagrams in units of the median distance; p by permutation within disjoint parts of the rows, adjusted by Holm for ${formatQuantity(pairs.length, 'layer')}, both dimensions and both distances.</sub>`,
    '',
  ];
  return lines.join('\n');
}

/** Text that Markdown takes as text, on one line. */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '·')
    .replace(/[\\`*_{}[\]<>#|~!$&]/g, character =>
      character === '<' ? '&lt;' : character === '>' ? '&gt;' : character === '&' ? '&amp;' : `\\${character}`,
    ) // prettier-ignore
    .replace(/(https?):\/\//gi, '$1&#58;//')
    .replace(/@/g, '&#64;');
}

function baseName(file: string): string {
  return file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1);
}
