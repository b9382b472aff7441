import type { Warning } from '../base/fault';
import { elementBits } from './elements';
import type { StoredType } from './model';
import type { StoredTensor } from './storedTensor';

const CHUNK_VALUES = 1 << 16;
/** Rows that a warning names; the others are counted. */
const NAMED_ROWS = 5;
const MAX_WARNINGS = 20;

/** Bits of the exponent within the two upper bytes. */
const EXPONENTS: ReadonlyMap<StoredType, number> = new Map([
  ['float16', 0x7c00],
  ['bfloat16', 0x7f80],
  ['float32', 0x7f80],
  ['float64', 0x7ff0],
]);

/** Looks for NaN and infinity in tensors, a part of a tensor at a time; only float types can hold them. */
export function notFiniteWarnings(tensors: readonly StoredTensor[]): Warning[] {
  const warnings: Warning[] = [];
  for (const tensor of tensors) {
    const message = notFinite(tensor);
    if (message !== undefined) warnings.push({ code: 'not-finite', message });
    if (warnings.length === MAX_WARNINGS) break;
  }
  return warnings;
}

function notFinite(tensor: StoredTensor): string | undefined {
  const rowSize = Math.max(1, tensor.size / Math.max(1, tensor.shape[0] ?? 1));
  let nan = 0;
  let infinite = 0;
  let lastRow = -1;
  let rowCount = 0;
  const rows: number[] = [];
  const see = (value: number, index: number) => {
    if (Number.isFinite(value)) return;
    if (Number.isNaN(value)) nan++;
    else infinite++;
    const row = Math.floor(index / rowSize);
    if (row === lastRow) return;
    lastRow = row;
    rowCount++;
    if (rows.length < NAMED_ROWS) rows.push(row);
  };

  const mask = EXPONENTS.get(tensor.type);
  if (mask === undefined) return undefined;
  // An exponent of all ones is the mark of NaN and infinity: looking at bits is several times faster than decoding.
  const width = elementBits(tensor.type) / 8;
  for (let from = 0; from < tensor.size; from += CHUNK_VALUES) {
    const count = Math.min(CHUNK_VALUES, tensor.size - from);
    const bytes = tensor.bytes(from, count);
    for (let i = 0; i < count; i++) {
      const top = (bytes[i * width + width - 1]! << 8) | bytes[i * width + width - 2]!;
      if ((top & mask) !== mask) continue;
      see(hasFraction(bytes, i * width, width, mask) ? NaN : Infinity, from + i);
    }
  }
  if (rowCount === 0) return undefined;
  const counts = [nan > 0 ? `${nan} NaN` : '', infinite > 0 ? `${infinite} infinite` : '']
    .filter(part => part !== '')
    .join(' and ');
  const more = rowCount > rows.length ? ` and ${rowCount - rows.length} more` : '';
  const value = nan + infinite === 1 ? 'value' : 'values';
  return `${tensor.name} holds ${counts} ${value}, in ${rowCount === 1 ? 'row' : 'rows'} ${rows.join(', ')}${more}.`;
}

/** Whether any bit below the exponent is set, in little-endian order. */
function hasFraction(bytes: Uint8Array, at: number, width: number, mask: number): boolean {
  const top = (bytes[at + width - 1]! << 8) | bytes[at + width - 2]!;
  if ((top & ~mask & 0x7fff) !== 0) return true;
  for (let i = 0; i < width - 2; i++) if (bytes[at + i] !== 0) return true;
  return false;
}
