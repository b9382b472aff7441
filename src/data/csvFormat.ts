import type { DataChoice, DataDescription } from './dataSet';
import { columnName, labelColumns, openDialect, readCsvNumbers, readCsvTexts } from './csv';
import type { DataFormat } from './format';
import { numbersWherePossible } from './labels';

/** Comma-, semicolon- or tab-separated text: whatever is text and nothing else. */
export const csvFormat: DataFormat = {
  name: 'csv',
  matches: isText,
  readArray(source, options) {
    const table = readCsvNumbers(source, options.part, options.without ?? [], options.cancellation);
    return {
      shape: [table.rows, table.columns],
      values: table.values,
      type: 'float64',
      part: options.part,
      columns: table.names,
      warnings: table.warnings,
      naturalScale: undefined,
    };
  },
  readLabels(source, options) {
    const { name, values, distinct } = readCsvTexts(source, options.part, options.cancellation);
    const raw = { values, distinct: distinct.map(({ text, row }) => ({ value: text, row })) };
    return { raw: numbersWherePossible(raw), part: name };
  },
  describe(source): DataDescription {
    const dialect = openDialect(source);
    const all = Array.from({ length: dialect.columns }, (_, column) => column);
    const labels = labelColumns(dialect);
    const estimate = Math.round(source.size / dialect.bytesPerRecord) - (dialect.header ? 1 : 0);
    const rows = dialect.sampledAll ? dialect.sampled : Math.max(dialect.sampled, estimate);
    const without = (columns: readonly number[]): DataChoice[] => {
      const left = all.filter(column => !columns.includes(column));
      const width = left.length - (dialect.indexColumn ? 1 : 0);
      if (width < 1 || !left.every(column => dialect.numeric[column])) return [];
      const names = columns.map(column => columnName(dialect, column));
      return [
        { part: undefined, without: names, rows, rowsExact: dialect.sampledAll, rowShape: [width], type: 'float64' },
      ];
    };
    return {
      format: 'csv',
      choices: labels.length === 0 ? without([]) : [...without(labels), ...without([])],
      labels: labels.map(column => columnName(dialect, column)),
      arrays: [],
      columns: all.map(column => ({
        name: columnName(dialect, column),
        kind: dialect.numeric[column] ? 'number' : 'text',
      })),
    };
  },
};

/** UTF-8 without control characters; a character that the end of the look cuts in two does not count. */
function isText(head: Uint8Array): boolean {
  if (head.some(byte => byte < 32 && byte !== 9 && byte !== 10 && byte !== 12 && byte !== 13)) return false;
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
    return true;
  } catch {
    return false;
  }
}
