import { elementBits, swapped } from '../elements';
import type { StateTensor } from '../weightsOnly/stateTensor';
import type { TorchTensor } from './tensor';

/**
 * A tensor of a PyTorch file under its name. `trained` is undefined where the file does not say; `storageOrdinal` tells its storage from the file's others.
 */
export function stateTensor(
  name: string,
  tensor: TorchTensor,
  trained: boolean | undefined,
  storageOrdinal: number,
): StateTensor {
  const { storage, type, shape, stride, offset, size } = tensor;
  const width = elementBits(type) / 8;
  const read = (from: number, count: number): Uint8Array<ArrayBuffer> => {
    if (storage.content === undefined) throw new Error(`the storage of ${name} was never found`);
    const bytes = storage.content.read(from * width, count * width);
    return storage.bigEndian ? swapped(bytes, type) : bytes;
  };
  let gathered: WeakRef<Uint8Array<ArrayBuffer>> | undefined;
  return {
    name,
    shape,
    type,
    size,
    trained,
    sharedAs: `${storageOrdinal}\n${offset}\n${shape.join()}\n${stride.join()}`,
    bytes(from, count) {
      if (isContiguous(shape, stride)) return read(offset + from, count);
      let whole = gathered?.deref();
      if (whole === undefined) {
        whole = gather(tensor, width, read);
        gathered = new WeakRef(whole);
      }
      return whole.subarray(from * width, (from + count) * width);
    },
  };
}

function isContiguous(shape: readonly number[], stride: readonly number[]): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && stride[axis] !== expected) return false;
    expected *= shape[axis]!;
  }
  return true;
}

/** All elements in C order. The part of the storage that they come from is read once. */
function gather(
  { shape, stride, offset, size }: TorchTensor,
  width: number,
  read: (from: number, count: number) => Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(size * width);
  if (size === 0) return out;
  const span = shape.reduce((sum, dim, axis) => sum + (dim - 1) * stride[axis]!, 1);
  const part = read(offset, span);
  const index = shape.map(() => 0);
  let at = 0;
  for (let i = 0; i < size; i++) {
    for (let byte = 0; byte < width; byte++) out[i * width + byte] = part[at * width + byte]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += stride[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      at -= stride[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}
