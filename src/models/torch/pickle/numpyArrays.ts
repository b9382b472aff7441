import { MemorySource } from '../../../base/bytes';
import { elementBits, swapped } from '../../elements';
import type { StoredType } from '../../model';
import { TorchStorage, TorchTensor } from '../tensor';
import { corrupt } from './pickleError';
import { PickleObject, PickleTuple, type PickleValue } from './values';

const TYPES: ReadonlyMap<string, StoredType> = new Map([
  ['f8', 'float64'],
  ['f4', 'float32'],
  ['f2', 'float16'],
  ['i8', 'int64'],
  ['i4', 'int32'],
  ['i2', 'int16'],
  ['i1', 'int8'],
  ['u8', 'uint64'],
  ['u4', 'uint32'],
  ['u2', 'uint16'],
  ['u1', 'uint8'],
  ['b1', 'bool'],
  ['c8', 'complex64'],
  ['c16', 'complex128'],
]);

/** The element type of a pickled numpy.dtype; `undefined` for those that hold no numbers. */
export function dtypeOf(
  value: PickleValue | undefined,
): { readonly type: StoredType; readonly bigEndian: boolean } | undefined {
  if (!(value instanceof PickleObject) || value.of.path !== 'numpy.dtype') return undefined;
  const [name] = value.args;
  const type = typeof name === 'string' ? TYPES.get(name.replace(/^[<>|=]/, '')) : undefined;
  if (type === undefined) return undefined;
  // The byte order is in the state: (version, '<' | '>' | '|', …).
  const order = value.state instanceof PickleTuple ? value.state.items[1] : '<';
  return { type, bigEndian: order === '>' };
}

/** The array that a state (version, shape, dtype, Fortran order, bytes) makes of an empty numpy.ndarray. */
export function arrayState(object: PickleObject, state: PickleValue): PickleValue {
  const items = state instanceof PickleTuple ? state.items : [];
  const [, shapeValue, dtype, fortran, bytes] = items;
  return arrayOf(shapeValue, dtype, fortran === true, bytes) ?? object;
}

/** An array as a tensor; `undefined` for one of objects or text, which is no weight. */
export function arrayOf(
  shapeValue: PickleValue | undefined,
  dtype: PickleValue | undefined,
  fortran: boolean,
  bytes: PickleValue | undefined,
): TorchTensor | undefined {
  const described = dtypeOf(dtype);
  if (described === undefined || !(bytes instanceof Uint8Array)) return undefined;
  const shape = shapeValue instanceof PickleTuple ? shapeValue.items : [];
  if (!shape.every(dim => typeof dim === 'number' && Number.isSafeInteger(dim) && dim >= 0) || shape.length > 64)
    throw corrupt('an array of numpy in it has no shape');
  const dims = shape as readonly number[];
  const size = dims.reduce((product, dim) => product * dim, 1);
  const width = elementBits(described.type) / 8;
  if (bytes.length !== size * width)
    throw corrupt(
      `an array of numpy of ${dims.join(' × ')} takes ${size * width} bytes, but ${bytes.length} are there`,
    );
  const storage = new TorchStorage('', described.type, size);
  storage.content = new MemorySource('', described.bigEndian ? swapped(bytes, described.type) : bytes);
  const axes = dims.map((_, axis) => axis);
  const inner = (axis: number) => (fortran ? axes.slice(0, axis) : axes.slice(axis + 1));
  const stride = axes.map(axis => inner(axis).reduce((product, other) => product * dims[other]!, 1));
  return new TorchTensor(storage, described.type, dims, stride, 0, false);
}
