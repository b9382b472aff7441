/** What fields of a view's message may be. A view has drawn strangers' text, so that nothing it says is believed: each field is checked, and lengths are bounded. */

/** Longer names are no layer's, block's or model's. */
export const LONGEST_NAME = 65_536;
export const LONGEST_PATH = 8192;
/** Of what a view copies or saves as text. */
export const LONGEST_TEXT = 64 * 2 ** 20;

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A text that is not empty. */
export function isText(value: unknown, longest: number): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= longest;
}

export function isIntegerIn(value: unknown, low: number, high: number): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= low && value <= high;
}

/** The number of a request, a row or a layer. */
export function isIndex(value: unknown): value is number {
  return isIntegerIn(value, 0, Number.MAX_SAFE_INTEGER);
}

export function isNumberIn(value: unknown, low: number, high: number): value is number {
  return typeof value === 'number' && value >= low && value <= high;
}

/** Rows of a file, between one and `most`; `undefined` where they are anything else. */
export function rowsIn(value: unknown, most: number): readonly number[] | undefined {
  const listed: unknown[] =
    Array.isArray(value) || ArrayBuffer.isView(value) ? Array.from(value as Iterable<unknown>) : [];
  if (listed.length === 0 || listed.length > most) return undefined;
  return listed.every(row => isIntegerIn(row, 0, 2 ** 32 - 1)) ? listed : undefined;
}
