import type { ByteSource } from '../../base/bytes';
import { Fault, type Warning } from '../../base/fault';
import { elementBits, isBlockType, isFloat, swapped } from '../elements';
import type { Layer, Model, StoredType } from '../model';
import { notFiniteWarnings } from '../notFinite';
import { readFloats, type StoredTensor } from '../storedTensor';
import { isBufferName } from '../weightsOnly/buffers';
import { GUESSED_OPERATORS } from '../weightsOnly/details';
import { layersOfModules, modulesOf } from '../weightsOnly/moduleLayers';
import { shardWarnings } from '../weightsOnly/shard';
import { readGguf, type GgufTensor } from './readHeader';

/** Frequencies of rotary embeddings, which are computed and not trained. */
const COMPUTED = /(^|\.)rope_(freqs|factors_(long|short))(\.weight)?$/;

/**
 * A GGUF file: its header described. It says which architecture it is for and not how that computes, so that nothing runs it; values of tensors that are quantised in blocks
 * are not read.
 */
export class GgufModel implements Model {
  readonly format = 'gguf';
  readonly producer: string;
  readonly details: Model['details'];
  readonly inputs = [];
  readonly outputs = [];
  readonly parameters: number;
  readonly layers: readonly Layer[];
  readonly classNames = undefined;
  readonly unsupported = [];
  readonly program = undefined;

  private readonly byName: ReadonlyMap<string, GgufTensor>;
  private readonly littleEndian: boolean;
  private found: readonly Warning[] | undefined;

  /** Throws `corrupt`, `unsupported`, `too-large`, `empty`. */
  constructor(private readonly source: ByteSource) {
    const { version, littleEndian, metadata, tensors } = readGguf(source);
    if (tensors.length === 0 && metadata.size === 0)
      throw new Fault('empty', 'The GGUF file holds no tensors and says nothing.', {
        hint: 'Download or convert the file again.',
        source: source.name,
      });
    this.littleEndian = littleEndian;
    this.byName = new Map(tensors.map(tensor => [tensor.name, tensor]));
    const named = tensors.map(({ name, shape, size, stored: { type } }) => ({
      name,
      shape,
      size,
      type,
      trained: !isBufferName(name) && !COMPUTED.test(name) && (isBlockType(type) || isFloat(type)),
    }));
    this.layers = layersOfModules(modulesOf(named));
    this.parameters = this.layers.reduce((sum, layer) => sum + layer.parameters, 0);
    this.producer = metadata.get('general.quantized_by') ?? 'unknown';
    this.details = [
      { name: 'version', value: `${version}${littleEndian ? '' : ', big-endian'}` },
      { name: 'architecture', value: metadata.get('general.architecture') ?? 'not said' },
      { name: 'tensors', value: String(tensors.length) },
      { name: 'types', value: typesOf(tensors) },
      GUESSED_OPERATORS,
      ...[...metadata].map(([name, value]) => ({ name, value, metadata: true as const })),
    ];
  }

  /** Found when first asked for: all trained weights that are not quantised are read for it. */
  get warnings(): readonly Warning[] {
    this.found ??= [
      ...shardWarnings(this.source.name),
      ...notFiniteWarnings([...this.byName.values()].flatMap(tensor => this.stored(tensor) ?? [])),
    ];
    return this.found;
  }

  storedWeight(name: string): StoredTensor {
    const tensor = this.byName.get(name);
    if (tensor === undefined)
      throw new Fault('not-found', `The file stores no tensor named "${name}".`, { source: this.source.name });
    const stored = this.stored(tensor);
    if (stored === undefined)
      throw new Fault(
        'unsupported',
        `Tensor "${name}" is quantised as ${tensor.stored.type.toUpperCase()}: GGUF files are described, and their quantised values are not read.`,
        {
          hint: 'Use the model as it was before it was quantised, such as its .safetensors.',
          source: this.source.name,
        },
      );
    return stored;
  }

  readWeight(name: string): { readonly shape: readonly number[]; readonly values: Float32Array } {
    const tensor = this.storedWeight(name);
    return { shape: tensor.shape, values: readFloats(tensor, this.source.name) };
  }

  private stored({ name, shape, size, stored: { type }, offset }: GgufTensor): StoredTensor | undefined {
    if (isBlockType(type)) return undefined;
    const plain: StoredType = type;
    const width = elementBits(plain) / 8;
    return {
      name,
      shape,
      size,
      type: plain,
      bytes: (from, count) => {
        const bytes = this.source.read(offset + from * width, count * width);
        return this.littleEndian ? bytes : swapped(bytes, plain);
      },
    };
  }
}

/** Types with the numbers of their tensors, the commonest first: "q4_k (217), float32 (65)". */
function typesOf(tensors: readonly GgufTensor[]): string {
  const counts = new Map<string, number>();
  for (const { stored } of tensors) counts.set(stored.type, (counts.get(stored.type) ?? 0) + 1);
  const ordered = [...counts].sort((a, b) => b[1] - a[1]);
  return ordered.map(([type, count]) => `${type} (${count})`).join(', ') || 'none';
}
