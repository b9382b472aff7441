/** Tables as comma-separated text (RFC 4180) that a spreadsheet can open without running what a stranger wrote in it. */

export type CsvCell = string | number | undefined;

/**
 * A name that begins like a formula gets a ' in front, since spreadsheets run formulas of files they open. Our own
 * numbers are numbers and stay so.
 */
function textCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function cell(value: CsvCell): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return textCell(value);
  return Number.isNaN(value) ? '' : value === Infinity ? 'inf' : value === -Infinity ? '-inf' : String(value);
}

export function toCsv(header: readonly string[], rows: readonly (readonly CsvCell[])[]): string {
  return [header, ...rows].map(row => row.map(cell).join(',') + '\r\n').join('');
}
