export { formatNumber as figure, formatPercent as percent } from '../base/numbers';

export interface Column<Row> {
  readonly title: string;
  readonly align?: 'left' | 'right';
  cell(row: Row): string;
}

/** Rows as aligned columns; widths are counted in characters. The last column is not padded. */
export function textTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  head: (text: string) => string = text => text,
): string {
  const cells = [columns.map(column => column.title), ...rows.map(row => columns.map(column => column.cell(row)))];
  const widths = columns.map((_, k) => Math.max(...cells.map(line => length(line[k]!))));
  const lines = cells.map(line =>
    line
      .map((cell, k) => {
        const space = ' '.repeat(widths[k]! - length(cell));
        if (columns[k]!.align === 'right') return space + cell;
        return k === line.length - 1 ? cell : cell + space;
      })
      .join('  ')
      .trimEnd(),
  );
  return [head(lines[0]!), ...lines.slice(1)].join('\n');
}

/** Characters that are seen: escape codes are not. */
function length(text: string): number {
  return [...text.replaceAll(ESCAPES, '')].length;
}

const ESCAPES = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');

/** Names are strangers' text: control characters would move the cursor or worse. */
export function plain(text: string): string {
  return text.replaceAll(CONTROLS, '\u{fffd}');
}

const CONTROLS = /[\p{Cc}\p{Cf}]/gu;
