import { naturalOrder } from '../../base/naturalOrder';

/** What a checkpoint is ordered by. */
export interface Dated {
  /** Path within the folder, with `/`. */
  readonly file: string;
  /** Milliseconds since 1970. */
  readonly modified: number;
}

const MODEL_FILE_NAMES = /(^|\/)(model|pytorch_model|saved_model)[^/]*$/;

/**
 * The training step that a name tells: its last number. A number with decimals is a measure that someone wrote into the name (`epoch=3-val_loss=0.52`), and counts only
 * where there is no whole one; the extension (`.h5`) and the usual name of a model within a folder (`checkpoint-500/model.safetensors`) have no say. `null` without a number.
 */
export function stepOf(file: string): number | null {
  const named = file.replace(MODEL_FILE_NAMES, '').replace(/\.[a-z]\w*$/i, '');
  // A file called model-10.pt has nothing but its own name.
  const text = /\d/.test(named) ? named : file.replace(/(\.[a-z]\w*)+$/i, '');
  const numbers = text.match(/\d+(?:\.\d+)?/g) ?? [];
  const last = numbers.findLast(number => !number.includes('.')) ?? numbers.at(-1);
  return last === undefined ? null : Number(last);
}

/** By the last number in the name; those without one after them, by time; equal ones by name. */
export function compareCheckpoints(a: Dated, b: Dated): number {
  const [x, y] = [stepOf(a.file), stepOf(b.file)];
  if (x !== null && y !== null) return x - y || naturalOrder(a.file, b.file);
  if (x !== null || y !== null) return x !== null ? -1 : 1;
  return a.modified - b.modified || naturalOrder(a.file, b.file);
}
