/**
 * A name for a file that a view suggested: its last part alone, without what file systems reject, and with the format's
 * ending. Where it goes is asked of the person.
 */
export function safeFileName(suggested: string, format: string): string {
  const last = suggested.split(/[\\/]/).at(-1) ?? '';
  const clean = last
    .replace(/[\p{Cc}<>:"|?*]/gu, '-')
    .replace(/^[.\s]+|[.\s]+$/g, '')
    .slice(0, 120);
  const stem = clean.toLowerCase().endsWith(`.${format}`) ? clean.slice(0, -format.length - 1) : clean;
  return `${stem === '' ? 'neural-topology' : stem}.${format}`;
}
