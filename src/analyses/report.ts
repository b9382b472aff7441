import {
  formatCount,
  formatNumber,
  formatPercent,
  formatQuantity,
  formatShape,
  formatShareRange,
} from '../base/numbers';
import type { Finding, InspectResult } from './inspect';
import type { LayerTopology } from './layerTopology';
import { miniBarcode } from './reportBarcode';
import { baseName, htmlPage, provenanceSection, type ReportViews } from './reportShell';
import { escapeHtml } from './reportText';

/**
 * One self-contained page of a result. Findings, tables and provenance are plain HTML that is readable and printable without
 * scripts; where scripts run, the interactive views take the tables' place on the screen. Every name in it is a stranger's text and is
 * escaped; only file names are told, no folders of the machine.
 */
export function reportPage(full: InspectResult, views: ReportViews | undefined): string {
  const { head, layers } = full;
  const title = `${baseName(head.model.name)}: topology of ${formatQuantity(layers.length, 'layer')}`;
  return htmlPage({
    title,
    version: full.provenance.version,
    body: `<header>
<h1>${escapeHtml(baseName(head.model.name))}</h1>
<p>${escapeHtml(summary(full))}</p>
</header>
<section aria-labelledby="findings-title">
<h2 id="findings-title">What was found</h2>
<ul class="found">
${full.findings.map(findingItem).join('\n')}
</ul>
</section>
<section aria-labelledby="layers-title">
<h2 id="layers-title">Layers</h2>
${layerTable(layers)}
<p class="remark">β0*: the largest number, over all scales, of single-linkage components that hold at least 3 % of the points. Components: bars of H0 longer than the
confidence band of <a href="https://doi.org/10.1214/14-AOS1252">Fasy et al. 2014</a>, the endless one among them. Loops: bars of H1 longer than the longest loop of
95 % of clouds with the same mean and covariance. Lengths are Euclidean distances between activations; divide by the median distance to compare layers.</p>
</section>
${failureSection(full)}
${caveatSection(layers)}
${warningSection(full)}`,
    footer: provenanceSection(full.provenance, head.data.name),
    views,
  });
}

/** The same result without folders: names as a reader of the page knows them. */
export function withoutFolders(result: InspectResult): InspectResult {
  const { head, provenance } = result;
  const base = <T extends { readonly name: string }>(named: T): T => ({ ...named, name: baseName(named.name) });
  const names = [head.model.name, head.data.name, ...(head.labels === undefined ? [] : [head.labels.name])];
  const inText = (message: string) =>
    names.reduce((text, name) => (name === '' ? text : text.replaceAll(name, baseName(name))), message);
  const saying = <T extends { readonly message: string }>(said: T): T => ({ ...said, message: inText(said.message) });
  return {
    ...result,
    warnings: result.warnings.map(saying),
    failures: result.failures.map(saying),
    findings: result.findings.map(finding => ({ ...finding, sentence: inText(finding.sentence) })),
    head: {
      ...head,
      model: base(head.model),
      data: base(head.data),
      labels: head.labels && base(head.labels),
    },
    provenance: {
      ...provenance,
      ...(provenance.model === undefined ? {} : { model: base(provenance.model) }),
      ...(provenance.data === undefined ? {} : { data: base(provenance.data) }),
      ...(provenance.labels === undefined ? {} : { labels: base(provenance.labels) }),
    },
  };
}

function summary({ head }: InspectResult): string {
  const parts = [
    `${head.model.format} (${head.model.producer}), ${formatQuantity(head.model.parameters, 'parameter')}`,
    `${baseName(head.data.name)}: ${formatQuantity(head.data.rows, 'row')} of ${formatShape(head.data.rowShape)}, ${head.data.treatment}`,
    `${formatQuantity(head.sampledRows.length, 'point')}, seed ${head.parameters.seed}`,
  ];
  if (head.accuracy !== undefined)
    parts.push(
      `accuracy ${formatPercent(head.accuracy.value)} (95 % interval ${formatShareRange(head.accuracy.low, head.accuracy.high)} %)`,
    );
  return parts.join(' · ');
}

function findingItem({ sentence, rule, weight, target }: Finding): string {
  const link =
    target === undefined
      ? ''
      : ` <a href="#${layerId(target.layer)}">show<span class="unseen"> ${escapeHtml(target.layer)}</span></a>`;
  return `<li class="is-${weight}"><span>${escapeHtml(sentence)}</span>${link}<br><small>${escapeHtml(rule)}</small></li>`;
}

function layerTable(layers: readonly LayerTopology[]): string {
  const numeric = (text: string) => `<td class="number">${text}</td>`;
  const rows = layers.map(layer => {
    return `<tr id="${layerId(layer.name)}">
<th scope="row">${escapeHtml(layer.name)}</th><td>${escapeHtml(layer.op)}</td>${numeric(formatShape(layer.shape))}${numeric(formatCount(layer.points))}${numeric(formatCount(layer.dense0.count))}${numeric(formatCount(layer.significant.components))}${numeric(formatCount(layer.significant.loops))}${numeric(formatNumber(layer.totalPersistence[0]))}${numeric(formatNumber(layer.totalPersistence[1]))}${numeric(formatNumber(layer.medianDistance))}<td>${miniBarcode(layer)}</td>
</tr>`;
  });
  return `<div class="wide"><table>
<thead><tr><th scope="col">layer</th><th scope="col">op</th><th scope="col">shape</th><th scope="col">points</th><th scope="col">β0*</th><th scope="col">components</th><th scope="col">loops</th><th scope="col">total H0</th><th scope="col">total H1</th><th scope="col">median distance</th><th scope="col">barcode (H0 above, H1 below)</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table></div>`;
}

function failureSection({ failures }: InspectResult): string {
  if (failures.length === 0) return '';
  const items = failures.map(({ name, message }) => `<li><b>${escapeHtml(name)}</b>: ${escapeHtml(message)}</li>`);
  return `<section><h2>Layers that could not be computed</h2><ul>${items.join('')}</ul></section>`;
}

/** Each caveat once, with the layers that it is about. */
function caveatSection(layers: readonly LayerTopology[]): string {
  const byMessage = new Map<string, string[]>();
  for (const layer of layers)
    for (const { message } of layer.caveats) byMessage.set(message, [...(byMessage.get(message) ?? []), layer.name]);
  if (byMessage.size === 0) return '';
  const items = [...byMessage].map(([message, names]) => {
    const where = names.length === layers.length && names.length > 1 ? 'All layers' : names.join(', ');
    return `<li><b>${escapeHtml(where)}</b>: ${escapeHtml(message)}</li>`;
  });
  return `<section><h2>What can mislead</h2><ul>${items.join('\n')}</ul></section>`;
}

function warningSection({ warnings }: InspectResult): string {
  if (warnings.length === 0) return '';
  return `<section><h2>Warnings</h2><ul>${warnings.map(({ message }) => `<li>${escapeHtml(message)}</li>`).join('\n')}</ul></section>`;
}

/** An id for a layer's row: whatever the name holds, only letters, digits and their codes. */
function layerId(name: string): string {
  return `layer-${[...name].map(c => (/[A-Za-z0-9]/.test(c) ? c : `-${c.codePointAt(0)!.toString(16)}-`)).join('')}`;
}
