/** What a page loads, as addresses that its webview may read. */
export interface PageParts {
  readonly title: string;
  /** BCP 47, such as en or pt-BR. */
  readonly language: string;
  readonly script: string;
  readonly style: string;
  /** The webview's own origin (`webview.cspSource`). */
  readonly source: string;
  readonly nonce: string;
  /** The element that the script draws into. */
  readonly container: string;
  /** What is shown until the script has drawn. */
  readonly placeholder: string;
}

/**
 * The page of a webview. Its policy allows one script by its nonce, our own styles and fonts, and pictures and workers that the script
 * makes itself; nothing is fetched from anywhere else, and no script or style stands in the page.
 */
export function makePage(parts: PageParts): string {
  const policy = [
    `default-src 'none'`,
    `script-src 'nonce-${parts.nonce}'`,
    `style-src ${parts.source}`,
    `font-src ${parts.source}`,
    `img-src ${parts.source} blob: data:`,
    `worker-src blob:`,
    `base-uri 'none'`,
    `form-action 'none'`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="${escapeHtml(parts.language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${escapeHtml(parts.style)}">
<title>${escapeHtml(parts.title)}</title>
</head>
<body>
<main id="${escapeHtml(parts.container)}"><p class="placeholder" role="status">${escapeHtml(parts.placeholder)}</p></main>
<script nonce="${parts.nonce}" src="${escapeHtml(parts.script)}"></script>
</body>
</html>
`;
}

/** Text as it may stand in HTML, in an attribute as well. */
export function escapeHtml(text: string): string {
  return text.replace(
    /[&<>"']/g,
    character => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[character]!,
  );
}
