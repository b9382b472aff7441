import type { ByteSource, Siblings } from '../../base/bytes';
import { Fault } from '../../base/fault';
import { formatCount } from '../../base/numbers';
import { elementBits } from '../elements';
import { asInteger, asList, asText, entry, isObject, type Json } from '../json';
import type { StoredType } from '../model';
import type { StoredTensor } from '../storedTensor';

const MOST_SHARDS = 10_000;
const MOST_WEIGHTS = 200_000;

/** What a manifest says of a weight. */
export interface Declared {
  readonly name: string;
  readonly shape: readonly number[];
  readonly size: number;
  /** As it lies in the shards. */
  readonly stored: StoredType;
  /** A value is `stored · scale + minimum`; undefined where it is what is stored. */
  readonly scale: { readonly factor: number; readonly minimum: number } | undefined;
}

/**
 * The tensors of a TensorFlow.js weights manifest: groups of weights, one after the other in the shards of their group, of which each is a file
 * beside model.json. Throws `unsafe` for names of files elsewhere, `not-found`, and `corrupt` where the shards do not hold what was declared.
 */
export function readManifest(manifest: Json | undefined, siblings: Siblings): readonly StoredTensor[] {
  const tensors: StoredTensor[] = [];
  const names = new Set<string>();
  for (const group of asList(manifest)) {
    const weights = asList(entry(group, 'weights')).map(readDeclared);
    const paths = asList(entry(group, 'paths')).map(path => asText(path) ?? '');
    if (paths.length > MOST_SHARDS || tensors.length + weights.length > MOST_WEIGHTS) {
      throw new Fault('too-large', 'The manifest of weights lists more files or weights than any network has.');
    }
    const shards = new Shards(paths.map(path => openShard(path, siblings)));
    const needed = weights.reduce((sum, weight) => sum + declaredBytes(weight), 0);
    if (needed !== shards.size) {
      throw new Fault(
        'corrupt',
        `The ${shards.size < needed ? 'files of weights are cut' : 'files of weights hold more than is declared'}: ${paths.slice(0, 3).join(', ')} ${paths.length === 1 ? 'has' : 'have'} ${formatCount(shards.size)} bytes, and the shapes need ${formatCount(needed)}.`,
        { hint: 'Copy the whole folder again; the files belong together.' },
      );
    }
    let offset = 0;
    for (const weight of weights) {
      if (names.has(weight.name)) throw broken(`two weights are called ${JSON.stringify(weight.name)}`);
      names.add(weight.name);
      tensors.push(tensorOf(weight, shards, offset));
      offset += declaredBytes(weight);
    }
  }
  return tensors;
}

function openShard(path: string, siblings: Siblings): ByteSource {
  if (/^[a-z][a-z0-9+.-]*:/i.test(path)) {
    throw new Fault('unsafe', `The model names the file ${JSON.stringify(path)}, which lies elsewhere.`, {
      hint: 'Nothing is downloaded. Keep the files of weights beside model.json.',
    });
  }
  return siblings.open(path);
}

/** Bytes that a weight takes in its shards. */
export function declaredBytes({ size, stored }: Declared): number {
  return (size * elementBits(stored)) / 8;
}

/** Throws `corrupt`, `unsupported` for types that are not read. */
export function readDeclared(weight: Json): Declared {
  const name = asText(entry(weight, 'name'));
  if (name === undefined) throw broken('a weight has no name');
  const quoted = JSON.stringify(name);
  const shape = asList(entry(weight, 'shape')).map(dim => asInteger(dim) ?? -1);
  const size = shape.reduce((product, dim) => product * dim, 1);
  if (!Number.isSafeInteger(size) || shape.some(dim => dim < 0))
    throw broken(`the weight ${quoted} has an impossible shape`);
  const type = asText(entry(weight, 'dtype'));
  const quantization = entry(weight, 'quantization');
  const packed = isObject(quantization) ? asText(entry(quantization, 'dtype')) : undefined;
  const stored = storedType(packed ?? type);
  if (stored === undefined) {
    throw new Fault(
      'unsupported',
      `The weight ${quoted} holds values of the type ${packed ?? type ?? 'none'}, which are not read here.`,
    );
  }
  if (packed === undefined || packed === 'float16') return { name, shape, size, stored, scale: undefined };
  const [factor, minimum] = [entry(quantization, 'scale'), entry(quantization, 'min')];
  if (typeof factor !== 'number' || typeof minimum !== 'number')
    throw broken(`the weight ${quoted} is quantised without a scale`);
  return { name, shape, size, stored, scale: { factor, minimum } };
}

const STORED: ReadonlyMap<string, StoredType> = new Map<string, StoredType>(
  (['float32', 'float16', 'int32', 'bool', 'uint8', 'uint16', 'complex64'] as const).map(type => [type, type]),
);

function storedType(name: string | undefined): StoredType | undefined {
  return STORED.get(name ?? '');
}

function tensorOf({ name, shape, size, stored, scale }: Declared, shards: Shards, offset: number): StoredTensor {
  const width = elementBits(stored) / 8;
  const raw = (from: number, count: number) => shards.read(offset + from * width, count * width);
  if (scale === undefined) return { name, shape, size, type: stored, bytes: raw };
  return {
    name,
    shape,
    size,
    type: 'float32',
    bytes: (from, count) => {
      const bytes = raw(from, count);
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      const values = new Float32Array(count);
      for (let i = 0; i < count; i++) {
        values[i] = (width === 1 ? view.getUint8(i) : view.getUint16(2 * i, true)) * scale.factor + scale.minimum;
      }
      return new Uint8Array(values.buffer);
    },
  };
}

/** Files one after the other. */
class Shards {
  readonly size: number;
  private readonly starts: readonly number[];

  constructor(private readonly files: readonly ByteSource[]) {
    let at = 0;
    this.starts = files.map(file => {
      const start = at;
      at += file.size;
      return start;
    });
    this.size = at;
  }

  read(offset: number, length: number): Uint8Array<ArrayBuffer> {
    const out = new Uint8Array(length);
    for (const [i, file] of this.files.entries()) {
      const start = this.starts[i]!;
      const from = Math.max(offset, start);
      const to = Math.min(offset + length, start + file.size);
      if (from < to) out.set(file.read(from - start, to - from), from - offset);
    }
    return out;
  }
}

function broken(what: string): Fault {
  return new Fault('corrupt', `The manifest of weights is broken: ${what}.`, {
    hint: 'Convert or save the model again.',
  });
}
