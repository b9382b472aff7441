import { Fault } from '../base/fault';
import { Random } from '../base/random';
import type { Model, TensorInfo } from '../models/model';
import { product } from './fitInput';
import type { InputRows } from './inputRows';

/** Free dimensions, such as a sentence's length or an image's sides, are taken as these. */
const SEQUENCE_LENGTH = 16;
const IMAGE_SIDE = 32;

/** Operators that look rows up in a table. */
const LOOKUPS = new Set(['Gather', 'GatherV2', 'Embedding']);

/** Rows of random numbers, and what they are, as a sentence part. */
export interface RandomRows extends InputRows {
  readonly treatment: string;
}

/**
 * Makes rows for a network when there is no data: standard normal vectors, images and sequences uniform in [0, 1), token
 * ids uniform over the vocabulary. The same seed gives the same rows. Throws `unsupported` where no input can be made.
 */
export function randomInput(model: Model, rows: number, seed: number): RandomRows {
  const input = model.inputs[0];
  if (input === undefined) throw new Fault('unsupported', 'The network has no input.');
  const shape = input.shape?.slice(1) ?? [];
  const image = shape.length >= 3;
  const rowShape = shape.map(dim => dim ?? (image ? IMAGE_SIDE : SEQUENCE_LENGTH));
  const random = new Random(seed, 'random input');
  const values = new Float32Array(rows * product(rowShape));
  const { next, words } = source(model, input, image, random);
  for (let i = 0; i < values.length; i++) values[i] = next();
  return { name: 'random input', rows, rowShape, values, treatment: `${words}, drawn with seed ${seed}` };
}

function source(
  model: Model,
  input: TensorInfo,
  image: boolean,
  random: Random,
): { next: () => number; words: string } {
  if (/^u?int8$/.test(input.type)) return { next: () => random.integer(128), words: 'whole numbers uniform in 0–127' };
  const table = model.layers.find(layer => LOOKUPS.has(layer.op) && layer.weights[0]?.shape.length === 2);
  // Keras feeds token ids as floats.
  const looksUp = table?.inputs.length === 0 && table.op === 'Embedding';
  if (/^u?int/.test(input.type) || looksUp) {
    const vocabulary = table?.weights[0]?.shape[0] ?? 2;
    return { next: () => random.integer(vocabulary), words: `token ids uniform in 0–${vocabulary - 1}` };
  }
  if (input.type === 'bool') return { next: () => random.integer(2), words: 'zeros and ones' };
  if (image) return { next: () => random.uniform(), words: 'values uniform in 0–1' };
  return { next: () => random.normal(), words: 'standard normal values' };
}
