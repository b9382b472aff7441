// The README as the editor shows it from a package: no address of a repository stands behind its links.
import fs from 'node:fs';
import path from 'node:path';
import { root } from './folders.mjs';

/** What vsce calls otherwise in the package. */
const renamed = new Map([
  ['CHANGELOG.md', 'changelog.md'],
  ['LICENSE', 'LICENSE.txt'],
]);

/**
 * Its pictures are in it, because an extension's page loads none from the extension's folder; its links lead to files of the
 * package, and what has none is text.
 * @param {string} markdown
 * @param {{ pictures: boolean }} [options] without pictures, as vsce takes a page by itself
 * @returns {string}
 */
export function packagedReadme(markdown, { pictures } = { pictures: true }) {
  return markdown.replace(/(!?)\[([^\]]*)\]\(([^)\s]+)\)/g, (whole, image, text, target) => {
    if (/^[\w+.-]+:|^#/.test(target)) return whole;
    const inPackage = renamed.get(target) ?? (target.startsWith('docs/') ? target : undefined);
    if (image === '') return inPackage === undefined ? text : `[${text}](${inPackage})`;
    if (!pictures) return '';
    const bytes = fs.readFileSync(path.join(root, target));
    return `![${text}](data:image/${path.extname(target).slice(1)};base64,${bytes.toString('base64')})`;
  });
}
