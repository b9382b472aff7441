import { Cancellation } from '../base/cancellation';
import { Fault } from '../base/fault';
import { noProgress, type Progress } from '../base/progress';
import { decodeElements, isFloat } from '../models/elements';
import type { StoredType } from '../models/model';
import type { StoredTensor } from '../models/storedTensor';

/** How the values of a tensor are distributed, as they are stored: what a quantised one stands for is not worked out. */
export interface WeightHistogram {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: StoredType;
  /** Number of values, finite or not. */
  readonly count: number;
  readonly zeros: number;
  readonly notANumber: number;
  readonly infinite: number;
  /** Of the finite values; `undefined` where there is none. */
  readonly range: WeightRange | undefined;
  /** Finite values in each of equally wide bins; a value between two belongs to the upper one, and the greatest to the last. */
  readonly bins: Float64Array;
  /** Where the first bin begins and the last ends. */
  readonly from: number;
  readonly to: number;
}

export interface WeightRange {
  readonly min: number;
  readonly max: number;
  /** NaN, and so is the next, where they are beyond the largest double. */
  readonly mean: number;
  /** Of the values themselves, not of what they might be drawn from: the divisor is their number. */
  readonly standardDeviation: number;
}

const BINS = 64;
/** Read at a time: half a megabyte of float64. */
const CHUNK_VALUES = 1 << 16;

const LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/**
 * Reads a tensor twice, a part at a time: for its moments and extremes, then for its bins. Memory does not grow with it. Whole numbers have bins that begin halfway between two of them. Of complex
 * numbers the real part is counted. Throws `unsupported` for text, `cancelled`, and `corrupt` where the file ends early.
 */
export function weightHistogram(
  tensor: StoredTensor,
  cancellation = Cancellation.never,
  progress: Progress = noProgress,
): WeightHistogram {
  const { name, shape, type, size } = tensor;
  if (type === 'str') throw new Fault('unsupported', `Tensor "${name}" holds text, not numbers.`);
  const reader = new ChunkReader(tensor, cancellation, progress);
  const { finite, zeros, notANumber, infinite, min, max, mean, squares } = momentsOf(reader);
  const counts = { name, shape, type, count: size, zeros, notANumber, infinite };
  if (finite === 0) return { ...counts, range: undefined, bins: new Float64Array(0), from: 0, to: 0 };
  const range = { min, max, mean, standardDeviation: Math.sqrt(squares / finite) };
  const isWhole = !isFloat(type) && /^(u?int|bool)/.test(type);
  const width = isWhole ? Math.max(1, Math.ceil((max - min + 1) / BINS)) : undefined;
  const from = width === undefined ? min : min - 0.5;
  const count = width === undefined ? (min === max ? 1 : BINS) : Math.ceil((max - min + 1) / width);
  const to = width === undefined ? max : from + count * width;
  return { ...counts, range, bins: binsOf(reader, from, to, count), from, to };
}

function binsOf(reader: ChunkReader, from: number, to: number, count: number): Float64Array {
  const bins = new Float64Array(count);
  // Halves, since the range of doubles is wider than the largest double.
  const span = to / 2 - from / 2;
  reader.each(0.5, (values, length) => {
    for (let i = 0; i < length; i++) {
      const value = values[i]!;
      if (value - value !== 0) continue;
      const at = span === 0 ? 0 : Math.floor(((value / 2 - from / 2) / span) * count);
      bins[Math.min(count - 1, at)]!++;
    }
  });
  return bins;
}

interface Moments {
  finite: number;
  zeros: number;
  notANumber: number;
  infinite: number;
  min: number;
  max: number;
  mean: number;
  /** Sum of the squared distances from the mean. */
  squares: number;
}

/** Chunks are joined as Chan, Golub and LeVeque do ("Updating Formulae and a Pairwise Algorithm for Computing Sample Variances", 1979). */
function momentsOf(reader: ChunkReader): Moments {
  const all: Moments = {
    finite: 0,
    zeros: 0,
    notANumber: 0,
    infinite: 0,
    min: Infinity,
    max: -Infinity,
    mean: 0,
    squares: 0,
  };
  reader.each(0, (values, length) => {
    let finite = 0;
    let mean = 0;
    for (let i = 0; i < length; i++) {
      const value = values[i]!;
      if (value - value !== 0) {
        if (Number.isNaN(value)) all.notANumber++;
        else all.infinite++;
        continue;
      }
      if (value === 0) all.zeros++;
      if (value < all.min) all.min = value;
      if (value > all.max) all.max = value;
      finite++;
      mean += (value - mean) / finite;
    }
    if (finite === 0) return;
    let squares = 0;
    for (let i = 0; i < length; i++) {
      const away = values[i]! - mean;
      if (away - away === 0) squares += away * away;
    }
    const total = all.finite + finite;
    const apart = mean - all.mean;
    all.squares += squares + ((apart * apart * all.finite) / total) * finite;
    all.mean += (apart * finite) / total;
    all.finite = total;
  });
  return all;
}

/** Gives a tensor's values chunk by chunk in one array that is used again. */
class ChunkReader {
  private readonly scratch: Float64Array;

  constructor(
    private readonly tensor: StoredTensor,
    private readonly cancellation: Cancellation,
    private readonly progress: Progress,
  ) {
    this.scratch = new Float64Array(Math.min(CHUNK_VALUES, tensor.size));
  }

  /** `done` is how much of the whole work lies before this pass, which is half of it. */
  each(done: number, see: (values: Float32Array | Float64Array, length: number) => void): void {
    const { size, name } = this.tensor;
    for (let from = 0; from < size; from += CHUNK_VALUES) {
      this.cancellation.throwIfCancelled();
      const length = Math.min(CHUNK_VALUES, size - from);
      see(this.values(from, length), length);
      this.progress(done + (0.5 * (from + length)) / size, name);
    }
  }

  private values(from: number, length: number): Float32Array | Float64Array {
    const { tensor, scratch } = this;
    const bytes = tensor.bytes(from, length);
    // Most weights are float32, and lie in memory as they are in the file.
    if (tensor.type === 'float32' && LITTLE_ENDIAN && bytes.byteOffset % 4 === 0)
      return new Float32Array(bytes.buffer, bytes.byteOffset, length);
    decodeElements(tensor.type, bytes, length, (value, index) => {
      scratch[index] = value;
    });
    return scratch;
  }
}
