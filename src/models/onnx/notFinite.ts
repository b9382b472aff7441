import type { Warning } from '../../base/fault';
import type { OnnxTensor } from './protocol';
import type { TensorValues } from './tensorValues';

const CHUNK_VALUES = 1 << 16;
/** Rows that a warning names; the others are counted. */
const NAMED_ROWS = 5;
const MAX_WARNINGS = 20;

/** Looks for NaN and infinity in trained tensors, a part of a tensor at a time. */
export function notFiniteWarnings(tensors: readonly OnnxTensor[], values: TensorValues): Warning[] {
  const warnings: Warning[] = [];
  for (const tensor of tensors) {
    const message = notFinite(tensor, values);
    if (message !== undefined) warnings.push({ code: 'not-finite', message });
    if (warnings.length === MAX_WARNINGS) break;
  }
  return warnings;
}

function notFinite(tensor: OnnxTensor, values: TensorValues): string | undefined {
  const rowSize = Math.max(1, tensor.size / Math.max(1, tensor.dims[0] ?? 1));
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

  const { type, bits } = tensor.kind;
  if (tensor.storage.at === 'typed') values.floats(tensor).forEach(see);
  else if (type === 'float32' || type === 'float64' || type === 'float16' || type === 'bfloat16') {
    // An exponent of all ones is the mark of NaN and infinity: looking at bits is several times faster than decoding.
    const width = bits / 8;
    for (let from = 0; from < tensor.size; from += CHUNK_VALUES) {
      const count = Math.min(CHUNK_VALUES, tensor.size - from);
      const bytes = values.rawBytes(tensor, from * width, count * width);
      for (let i = 0; i < count; i++) {
        const top = (bytes[i * width + width - 1]! << 8) | bytes[i * width + width - 2]!;
        const mask = type === 'float32' || type === 'bfloat16' ? 0x7f80 : type === 'float16' ? 0x7c00 : 0x7ff0;
        if ((top & mask) !== mask) continue;
        see(hasFraction(bytes, i * width, width, mask) ? NaN : Infinity, from + i);
      }
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
