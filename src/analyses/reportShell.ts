import type { Provenance } from './analysis';
import { escapeHtml } from './reportText';

/** The interactive views, to be inlined: code that draws what `data` holds. */
export interface ReportViews {
  readonly script: string;
  readonly style: string;
  /** The encoded result: JSON in which no `<` stands. */
  readonly data: string;
}

/** A page's parts: HTML in which strangers' text is escaped. */
export interface PageParts {
  readonly title: string;
  readonly version: string;
  readonly body: string;
  readonly footer: string;
  readonly views: ReportViews | undefined;
}

/** One self-contained page: its body is what is read and printed without scripts, and gives place to the views on a screen where scripts run. */
export function htmlPage({ title, version, body, footer, views }: PageParts): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="Neural Topology ${escapeHtml(version)}">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data: blob:; font-src data:; base-uri 'none'; form-action 'none'">
<title>${escapeHtml(title)}</title>
<style>${PAGE_STYLE}</style>
${views === undefined ? '' : `<style>${escapeStyle(views.style)}</style>`}
</head>
<body class="report">
<div id="neural-topology-app"></div>
<div id="report">
${body}
</div>
<footer>
${footer}
</footer>
${views === undefined ? '' : embedded(views)}
</body>
</html>
`;
}

/** A file's name without its folders. */
export function baseName(file: string): string {
  return file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1);
}

/** What the numbers were made of. `data` stands where no file is known. */
export function provenanceSection(provenance: Provenance, data: string): string {
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
    ...(provenance.files ?? []).map(entry => ['File', file(entry)] as const),
    ['Data', provenance.data === undefined ? data : file(provenance.data)],
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
#report .h0.hollow{fill:none;stroke:var(--h0)}#report .h1.hollow{fill:none;stroke:var(--h1)}#report .diagonal{stroke:var(--line)}
#report .unseen{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden}
body.report>footer dl{display:grid;grid-template-columns:max-content 1fr;gap:2px 16px;overflow-wrap:anywhere}body.report>footer dd{margin:0}
#neural-topology-app:not(:empty)+#report{display:none}
@media print{#neural-topology-app{display:none!important}#neural-topology-app+#report{display:block!important}#report tr{break-inside:avoid}}
`.trim();
