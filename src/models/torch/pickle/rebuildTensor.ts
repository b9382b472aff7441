import type { StoredType } from '../../model';
import { elementBits } from '../../elements';
import { TorchStorage, TorchTensor } from '../tensor';
import { corrupt, tooLarge } from './pickleError';
import { PickleTuple, type PickleValue } from './values';

const MAX_RANK = 64;
/** A view may repeat elements (an expanded mask), but not make much of little: that many more than its storage has. */
const MOST_REPEATED = 1 << 20;

/**
 * A tensor as a view of a storage: (storage, offset, shape, stride, …) of `torch._utils._rebuild_tensor_v2`. Every element must lie within the
 * storage. `type` is given where the storage is of bytes.
 */
export function rebuildTensor(args: readonly PickleValue[], type: StoredType | undefined): TorchTensor {
  const [storage, offset, shapeValue, strideValue] = args;
  if (!(storage instanceof TorchStorage)) throw corrupt('a tensor in it has no storage');
  const shape = counts(shapeValue);
  const stride = counts(strideValue);
  const own = type ?? storage.type;
  if (own === undefined) throw corrupt('a tensor in it has no type');
  if (typeof offset !== 'number' || !Number.isSafeInteger(offset) || offset < 0 || shape?.length !== stride?.length)
    throw corrupt('a tensor in it has no shape');
  if (shape === undefined || stride === undefined) throw corrupt('a tensor in it has no shape');
  if (shape.length > MAX_RANK) throw corrupt(`a tensor in it has more than ${MAX_RANK} dimensions`);
  // A storage of bytes is counted in bytes.
  const available = storage.type === undefined ? Math.floor((storage.count * 8) / elementBits(own)) : storage.count;
  const size = shape.reduce((product, dim) => product * dim, 1);
  const last = shape.reduce((sum, dim, axis) => sum + (dim - 1) * stride[axis]!, offset);
  if (size > 0 && !(Number.isSafeInteger(last) && last < available))
    throw corrupt(
      `a tensor of ${shape.join(' × ') || 'one value'} reaches element ${last} of a storage of ${available}`,
    );
  if (size > available + MOST_REPEATED)
    throw tooLarge(`a tensor of ${shape.join(' × ')} is made of a storage of ${available} values`);
  return new TorchTensor(storage, own, shape, stride, offset, false);
}

function counts(value: PickleValue | undefined): readonly number[] | undefined {
  if (!(value instanceof PickleTuple)) return undefined;
  const valid = value.items.every(item => typeof item === 'number' && Number.isSafeInteger(item) && item >= 0);
  return valid ? (value.items as readonly number[]) : undefined;
}
