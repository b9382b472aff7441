/**
 * A message whose typed arrays are views of one buffer. VS Code passes each buffer of a message as an argument of its own and
 * counts arguments in one byte: of a message with more than about 250 buffers, the rest arrive empty. The cycles of one layer
 * alone are several hundred arrays.
 */
export function packArrays<T>(message: T): T {
  const arrays = new Set<TypedArray>();
  collect(message, arrays);
  if (arrays.size <= 1) return message;
  let size = 0;
  const offsets = new Map<TypedArray, number>();
  for (const array of arrays) {
    offsets.set(array, size);
    // Every element type may start at a multiple of eight.
    size += Math.ceil(array.byteLength / 8) * 8;
  }
  const buffer = new ArrayBuffer(size);
  const bytes = new Uint8Array(buffer);
  const packed = new Map<TypedArray, TypedArray>();
  for (const [array, offset] of offsets) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), offset);
    packed.set(array, view(array, buffer, offset));
  }
  return replace(message, packed) as T;
}

type TypedArray = Uint8Array | Int32Array | Uint32Array | Float32Array | Float64Array;

function isTypedArray(value: unknown): value is TypedArray {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

function view(array: TypedArray, buffer: ArrayBuffer, offset: number): TypedArray {
  const Type = array.constructor as new (buffer: ArrayBuffer, offset: number, length: number) => TypedArray;
  return new Type(buffer, offset, array.length);
}

function collect(value: unknown, arrays: Set<TypedArray>): void {
  if (isTypedArray(value)) arrays.add(value);
  else if (Array.isArray(value)) for (const part of value) collect(part, arrays);
  else if (typeof value === 'object' && value !== null) for (const part of Object.values(value)) collect(part, arrays);
}

/** The same value with its arrays exchanged; parts without arrays are shared with it. */
function replace(value: unknown, packed: ReadonlyMap<TypedArray, TypedArray>): unknown {
  if (isTypedArray(value)) return packed.get(value);
  if (Array.isArray(value)) {
    const [first] = value as unknown[];
    return typeof first === 'object' && first !== null ? value.map(part => replace(part, packed)) : value;
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, replace(part, packed)]));
}
