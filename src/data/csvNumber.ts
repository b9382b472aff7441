/** How numbers of a table were written: decimal points, decimal commas, or commas that could be either kind of mark. */
export interface NumberMarks {
  points: number;
  commas: number;
  /** Commas that cannot separate thousands: 0,5 or 3,14. */
  decimalCommas: number;
}

const MISSING: ReadonlySet<string> = new Set(['', 'na', 'n/a', '#n/a', 'nan', '-nan', 'null', 'none', '?']);
const INFINITE = /^([+-]?)inf(inity)?$/i;
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const COMMA_NUMBER = /^[+-]?(\d*),(\d+)(e[+-]?\d+)?$/i;

/**
 * The number that a field of a table writes; NaN for one that says that there is none; `undefined` for any other text. A
 * decimal comma is taken as such, and counted in `marks`: `marksFault` says at the end whether that was right.
 */
export function parseNumber(field: string, marks: NumberMarks): number | undefined {
  const text = field.trim();
  if (NUMBER.test(text)) {
    if (text.includes('.')) marks.points++;
    return Number(text);
  }
  const comma = COMMA_NUMBER.exec(text);
  if (comma && (comma[1] !== '' || comma[2] !== '')) {
    marks.commas++;
    const thousands = comma[2]!.length === 3 && /^[1-9]\d{0,2}$/.test(comma[1]!) && comma[3] === undefined;
    if (!thousands) marks.decimalCommas++;
    return Number(text.replace(',', '.'));
  }
  if (MISSING.has(text.toLowerCase())) return NaN;
  const infinite = INFINITE.exec(text);
  if (infinite) return infinite[1] === '-' ? -Infinity : Infinity;
  return undefined;
}

export function isMissing(field: string): boolean {
  return MISSING.has(field.trim().toLowerCase());
}

/** Why the numbers of a table cannot be told, as a sentence; `undefined` where they can. */
export function marksFault(marks: NumberMarks): string | undefined {
  if (marks.commas > 0 && marks.points > 0)
    return 'The table writes some numbers with a decimal point and some with a comma, so their values cannot be told.';
  if (marks.commas > 0 && marks.decimalCommas === 0)
    return 'Every comma in the numbers of the table could separate decimals or thousands (as in 1,234), so their values cannot be told.';
  return undefined;
}

export function newMarks(): NumberMarks {
  return { points: 0, commas: 0, decimalCommas: 0 };
}
