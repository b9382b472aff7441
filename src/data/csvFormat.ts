import type { ByteSource } from '../base/bytes';
import { Fault } from '../base/fault';
import { quoted } from '../base/text';
import type { DataChoice, DataDescription, DataOptions } from './dataSet';
import { columnName, labelColumns, openDialect, readCsvColumn, readCsvNumbers, readCsvTexts } from './csv';
import { sniffDialect, type CsvDialect } from './csvDialect';
import type { DataFormat } from './format';
import { numbersWherePossible } from './labels';
import { linesOf } from './lines';
import { sentenceRows, TEXT_NAME, wantsSentences, type Sentences } from './text/sentences';

/** Comma-, semicolon- or tab-separated text: whatever is text and nothing else. */
export const csvFormat: DataFormat = {
  name: 'csv',
  matches: isText,
  openRows(source, options) {
    if (!wantsSentences(options)) return undefined;
    const sentences = sentencesOf(source, options);
    return sentences && sentenceRows(sentences, options, source.name);
  },
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

/**
 * A column of texts: the one named, or called like one. Where there is no such column and nothing is a table of numbers, every line is a text. `undefined` where
 * there are numbers alone.
 */
function sentencesOf(source: ByteSource, { part, cancellation }: DataOptions): Sentences | undefined {
  const dialect = dialectOf(source);
  if (dialect !== undefined) {
    const column = dialect.header?.findIndex(name => (part === undefined ? TEXT_NAME.test(name) : name === part)) ?? -1;
    if (part !== undefined || column >= 0) {
      const name = part ?? columnName(dialect, column);
      return { where: `the column ${quoted(name)}`, texts: readCsvColumn(source, name, cancellation), ids: undefined };
    }
    if (dialect.numeric.every(Boolean) || (dialect.header !== undefined && dialect.columns > 1)) return undefined;
  } else if (part !== undefined) return undefined;
  return { where: 'the lines', texts: Array.from(linesOf(source), ({ text }) => text.trim()), ids: undefined };
}

/** Prose need not be a table. */
function dialectOf(source: ByteSource): CsvDialect | undefined {
  try {
    const dialect = sniffDialect(source);
    return dialect?.even === true ? dialect : undefined;
  } catch (error) {
    if (error instanceof Fault) return undefined;
    throw error;
  }
}

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
