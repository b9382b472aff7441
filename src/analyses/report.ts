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
import { escapeHtml } from './reportText';

/** The interactive views, to be inlined: code that draws what `data` holds. */
export interface ReportViews {
  readonly script: string;
  readonly style: string;
  /** The encoded result: JSON in which no `<` stands. */
  readonly data: string;
}

/**
 * One self-contained page of a result. Findings, tables and provenance are plain HTML that is readable and printable without
 * scripts; where scripts run, the interactive views take the tables' place on the screen. Every name in it is a stranger's text and is
 * escaped; only file names are told, no folders of the machine.
 */
export function reportPage(full: InspectResult, views: ReportViews | undefined): string {
  const { head, layers } = full;
  const title = `${baseName(head.model.name)}: topology of ${formatQuantity(layers.length, 'layer')}`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="Neural Topology ${escapeHtml(full.provenance.version)}">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data: blob:; font-src data:; base-uri 'none'; form-action 'none'">
<title>${escapeHtml(title)}</title>
<style>${PAGE_STYLE}</style>
${views === undefined ? '' : `<style>${escapeStyle(views.style)}</style>`}
</head>
<body class="report">
<div id="neural-topology-app"></div>
<div id="report">
<header>
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
${warningSection(full)}
</div>
<footer>
${provenanceSection(full)}
</footer>
${views === undefined ? '' : embedded(views)}
</body>
</html>
`;
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

function baseName(file: string): string {
  return file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1);
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

function provenanceSection({ provenance, head }: InspectResult): string {
  const file = (entry: { readonly name: string; readonly sha256: string } | undefined) =>
    entry && `${baseName(entry.name)}, sha256 ${entry.sha256}`;
  const parameters = Object.entries(provenance.parameters)
    .filter(([, value]) => value !== false)
    .map(
      ([name, value]) =>
        `${name} = ${value === null ? 'default' : Array.isArray(value) ? value.join(', ') : String(value)}`,
    )
    .join('; ');
  const libraries = Object.entries(provenance.libraries ?? {})
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['Model', file(provenance.model)],
    ['Data', provenance.data === undefined ? head.data.name : file(provenance.data)],
    ['Labels', file(provenance.labels)],
    ['Parameters', parameters],
    ['Seed', String(provenance.seed)],
    ['Made by', `Neural Topology ${provenance.version}${libraries === '' ? '' : `, ${libraries}`}`],
  ];
  const items = facts.flatMap(([term, text]) =>
    text === undefined || text === '' ? [] : [`<dt>${term}</dt><dd>${escapeHtml(text)}</dd>`],
  );
  return `<h2>Where these numbers come from</h2><dl>${items.join('\n')}</dl>`;
}

function embedded({ script, data }: ReportViews): string {
  return `<script type="application/json" id="neural-topology-result">${data}</script>
<script>${escapeScript(script)}</script>`;
}

/** A script must not end, or open a comment, inside itself. In JavaScript's strings and patterns `\\/` and `\\x3c` mean the same. */
function escapeScript(script: string): string {
  return script.replace(/<\/(script)/gi, '<\\/$1').replaceAll('<!--', '\\x3c!--');
}

function escapeStyle(style: string): string {
  return style.replace(/<\/(style)/gi, '<\\/$1');
}

/** An id for a layer's row: whatever the name holds, only letters, digits and their codes. */
function layerId(name: string): string {
  return `layer-${[...name].map(c => (/[A-Za-z0-9]/.test(c) ? c : `-${c.codePointAt(0)!.toString(16)}-`)).join('')}`;
}

const PAGE_STYLE = `
:root{color-scheme:light dark;--ink:#1f2328;--paper:#fff;--line:#d0d7de;--dim:#57606a;--h0:#0b62b0;--h1:#b35900;--h2:#6f42c1}
@media (prefers-color-scheme:dark){:root{--ink:#e6edf3;--paper:#1b1f24;--line:#3d444d;--dim:#9198a1;--h0:#58a6ff;--h1:#f0883e;--h2:#bc8cff}}
body.report{margin:0;padding:0;background:var(--paper);color:var(--ink);font:14px/1.5 system-ui,sans-serif}
#report,body.report>footer{max-width:1200px;margin:0 auto;padding:12px 24px}
#report h1{font-size:22px;margin:8px 0}#report h2,body.report>footer h2{font-size:16px;margin:20px 0 6px}
#report .found{list-style:none;padding:0}#report .found li{padding:4px 0 4px 20px;position:relative}
#report .found li::before{content:"○";position:absolute;left:0}#report .found li.is-strong::before{content:"●"}
#report small,#report .remark,body.report>footer{color:var(--dim)}
#report .wide{overflow-x:auto}#report table{border-collapse:collapse;font-variant-numeric:tabular-nums;width:100%}
#report th,#report td{text-align:left;padding:3px 10px 3px 0;border-bottom:1px solid var(--line);vertical-align:middle;white-space:nowrap}
#report td.number{text-align:right}
#report thead th{font-weight:600;color:var(--dim)}
#report .h0{fill:var(--h0)}#report .h1{fill:var(--h1)}
#report .unseen{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden}
body.report>footer dl{display:grid;grid-template-columns:max-content 1fr;gap:2px 16px;overflow-wrap:anywhere}body.report>footer dd{margin:0}
#neural-topology-app:not(:empty)+#report{display:none}
@media print{#neural-topology-app{display:none!important}#neural-topology-app+#report{display:block!important}#report tr{break-inside:avoid}}
`.trim();
