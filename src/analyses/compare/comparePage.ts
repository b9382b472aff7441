import {
  formatCount,
  formatNumber,
  formatPercent,
  formatQuantity,
  formatRoundPercent,
  formatShape,
  formatShareRange,
  NOT_KNOWN,
} from '../../base/numbers';
import { baseName, htmlPage, provenanceSection, type ReportViews } from '../reportShell';
import { escapeHtml } from '../reportText';
import { isSignificant, smallestAdjusted } from './adjustedPairs';
import type { ComparedPair, CompareFinding, CompareResult } from './compare';
import { lineName } from './lineNames';
import { overlaidDiagram } from './overlaidDiagram';

/** One self-contained page of a comparison, as `reportPage` is of an inspection. */
export function comparePage(result: CompareResult, views: ReportViews | undefined): string {
  const { head, findings, warnings } = result;
  const names = head.names;
  return htmlPage({
    title: `${names.join(' and ')}: topology compared`,
    version: result.provenance.version,
    body: `<header>
<h1>${escapeHtml(names.join(' · '))}</h1>
<p>${escapeHtml(summary(result))}</p>
</header>
<section aria-labelledby="findings-title">
<h2 id="findings-title">What was found</h2>
<ul class="found">
${findings.map(findingItem).join('\n')}
</ul>
</section>
<section aria-labelledby="layers-title">
<h2 id="layers-title">Layers</h2>
${pairTable(result)}
<p class="remark">Distances of diagrams, in units of the median distance of each layer; the largest move (bottleneck) and the sum of moves (Wasserstein, order 1). Adjusted p: joint loss of
<a href="https://doi.org/10.1007/s41468-017-0008-7">Robinson and Turner 2017</a> over diagrams of disjoint parts of the rows, swapped within parts, adjusted by Holm for all layers, both dimensions and both distances. In the diagrams the
first model's points are filled, the second's hollow; a small distance does not say that one layer can stand for the other.</p>
</section>
${changedRows(result)}
${warnings.length === 0 ? '' : `<section><h2>Warnings</h2><ul>${warnings.map(({ message }) => `<li>${escapeHtml(message)}</li>`).join('\n')}</ul></section>`}`,
    footer: provenanceSection(result.provenance, head.data.name),
    views,
  });
}

/** The same result with files as a reader of the page knows them: no folders of the machine but those that tell models apart. */
export function comparedWithoutFolders(result: CompareResult): CompareResult {
  const { head, provenance } = result;
  const names = head.names;
  const renamed = new Map<string, string>([
    ...head.models.map(({ name }, i) => [name, names[i]!] as const),
    [head.data.name, baseName(head.data.name)],
    ...(head.labels === undefined ? [] : [[head.labels.name, baseName(head.labels.name)] as const]),
  ]);
  const base = <T extends { readonly name: string }>(named: T): T => ({
    ...named,
    name: renamed.get(named.name) ?? baseName(named.name),
  });
  const inText = (text: string) =>
    [...renamed].reduce((said, [from, to]) => (from === '' ? said : said.replaceAll(from, to)), text);
  const saying = <T extends { readonly message: string }>(said: T): T => ({ ...said, message: inText(said.message) });
  return {
    ...result,
    head: { ...head, models: head.models.map(base), data: base(head.data), labels: head.labels && base(head.labels) },
    warnings: result.warnings.map(saying),
    failures: result.failures.map(saying),
    findings: result.findings.map(finding => ({ ...finding, sentence: inText(finding.sentence) })),
    provenance: {
      ...provenance,
      ...(provenance.model === undefined ? {} : { model: base(provenance.model) }),
      ...(provenance.data === undefined ? {} : { data: base(provenance.data) }),
      ...(provenance.labels === undefined ? {} : { labels: base(provenance.labels) }),
      ...(provenance.files === undefined ? {} : { files: provenance.files.map(base) }),
    },
  };
}

function summary({ head }: CompareResult): string {
  const names = head.names;
  return [
    `${baseName(head.data.name)}: ${formatQuantity(head.data.rows, 'row')} of ${formatShape(head.data.rowShape)}, ${head.data.treatment}`,
    `${formatQuantity(head.sampledRows.length, 'point')}, seed ${head.parameters.seed}`,
    ...head.models.flatMap(({ accuracy }, i) =>
      accuracy === undefined
        ? []
        : [
            `${names[i]}: accuracy ${formatPercent(accuracy.value)} (${formatShareRange(accuracy.low, accuracy.high)} %)`,
          ],
    ),
  ].join(' · ');
}

function findingItem({ sentence, rule, weight, target }: CompareFinding): string {
  const link = target === undefined ? '' : ` <a href="#line-${target.line}">show</a>`;
  return `<li class="is-${weight}"><span>${escapeHtml(sentence)}</span>${link}<br><small>${escapeHtml(rule)}</small></li>`;
}

function pairTable(result: CompareResult): string {
  const { head, pairs } = result;
  const names = head.names;
  const numeric = (text: string) => `<td class="number">${escapeHtml(text)}</td>`;
  const optional = (value: number | null | undefined) => numeric(formatNumber(value ?? undefined));
  const rowOf = (pair: ComparedPair, first: boolean) => {
    const { line, a, b, bottleneck, wasserstein, test, cka, rtd, neighbourhoods, weights } = pair;
    return `<tr${first ? ` id="line-${line}"` : ''}>
<th scope="row">${escapeHtml(lineName(head, line))}</th>${names.length === 2 ? '' : `<td>${escapeHtml(`${names[a]} / ${names[b]}`)}</td>`}${[...bottleneck, ...wasserstein].map(({ distance }) => optional(distance)).join('')}${numeric(test === null ? NOT_KNOWN : `${formatNumber(smallestAdjusted(test))}${isSignificant(test) ? '' : ', not significant'}`)}${optional(cka)}${optional(rtd?.mean)}${numeric(neighbourhoods === null ? NOT_KNOWN : formatRoundPercent(neighbourhoods.meanOverlap))}${optional(weights[0]?.relative)}<td>${overlaidDiagram(result, pair)}</td>
</tr>`;
  };
  const rows = head.lines.flatMap((_, line) => {
    const own = pairs.filter(pair => pair.line === line);
    if (own.length > 0) return own.map((pair, i) => rowOf(pair, i === 0));
    const columns = names.length === 2 ? 10 : 11;
    return [
      `<tr id="line-${line}"><th scope="row">${escapeHtml(lineName(head, line))}</th><td colspan="${columns}">${escapeHtml(aloneText(result, line))}</td></tr>`,
    ];
  });
  return `<div class="wide"><table>
<thead><tr><th scope="col">layer</th>${names.length === 2 ? '' : '<th scope="col">models</th>'}<th scope="col">bottleneck H0</th><th scope="col">H1</th><th scope="col">Wasserstein H0</th><th scope="col">H1</th><th scope="col">adjusted p</th><th scope="col">CKA</th><th scope="col">RTD</th><th scope="col">rows keep</th><th scope="col">weights</th><th scope="col">diagrams</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table></div>`;
}

function aloneText({ head, failures }: CompareResult, line: number): string {
  const names = head.names;
  const present = head.lines[line]!.layers.flatMap((layer, model) => (layer === null ? [] : [model]));
  if (present.length === 1) return `in ${names[present[0]!]} alone`;
  const failure = failures.find(
    ({ model, name }) => head.models[model]!.layers[head.lines[line]!.layers[model] ?? -1]?.name === name,
  );
  return failure === undefined ? 'not computed' : failure.message;
}

/** Of the layer that says most of what is known of a row: the last hidden one, or the last. */
function changedRows({ head, pairs }: CompareResult): string {
  const chosen =
    pairs.find(({ line, neighbourhoods }) => line === head.lastHidden && neighbourhoods !== null) ??
    pairs.findLast(({ neighbourhoods }) => neighbourhoods !== null);
  if (!chosen?.neighbourhoods || chosen.neighbourhoods.changed.length === 0) return '';
  const { neighbours, changed, chance } = chosen.neighbourhoods;
  const names = head.names;
  const labelOf = (point: number) =>
    head.labels === undefined ? '' : ` (${head.labels.classes[head.labels.values[point]!] ?? ''})`;
  const rowText = (point: number) => escapeHtml(`${head.sampledRows[point]}${labelOf(point)}`);
  const items = changed
    .slice(0, 12)
    .map(
      ({ point, overlap, neighboursA, neighboursB }) =>
        `<tr><th scope="row">${rowText(point)}</th><td class="number">${formatRoundPercent(overlap)}</td><td>${neighboursA.map(rowText).join(', ')}</td><td>${neighboursB.map(rowText).join(', ')}</td></tr>`,
    );
  return `<section aria-labelledby="rows-title">
<h2 id="rows-title">Rows whose neighbourhood changed most</h2>
<p class="remark">In ${escapeHtml(lineName(head, chosen.line))}; the share of its ${formatCount(neighbours)} nearest rows that a row keeps, and which they are, nearest first. By chance it would be ${formatPercent(chance)}.</p>
<div class="wide"><table>
<thead><tr><th scope="col">row</th><th scope="col">keeps</th><th scope="col">nearest in ${escapeHtml(names[chosen.a]!)}</th><th scope="col">nearest in ${escapeHtml(names[chosen.b]!)}</th></tr></thead>
<tbody>${items.join('\n')}</tbody>
</table></div>
</section>`;
}
