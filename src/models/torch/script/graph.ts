import { pastEnd, type ByteSource, type Siblings } from '../../../base/bytes';
import { Fault } from '../../../base/fault';
import type { Bytes } from '../../onnx/encode';
import { OnnxGraphBuilder, type AttributeValue, type WrittenType } from '../../onnx/graphBuilder';
import type { StateTensor } from '../../weightsOnly/stateTensor';
import type { Effort } from './effort';
import { elementBits } from '../../elements';
import { SymInt, Tensor, type Dim, type GraphType } from './values';

export type Input = Tensor | string | undefined;

export interface EmitOptions {
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  readonly type?: GraphType;
  readonly dims?: readonly Dim[] | undefined;
  readonly domain?: string;
}

/** Domain of operators that nothing here knows: a runtime refuses them by name, and runs what comes before. */
export const UNKNOWN_DOMAIN = 'torch';

/**
 * The ONNX graph that a program is brought to. Nodes are named by the modules that they run in, as PyTorch's own exporter names them; weights stay in the
 * file that they come from, which the graph refers to as files beside it.
 */
export class Graph {
  private readonly builder = new OnnxGraphBuilder();
  private readonly names = new Set<string>();
  private readonly outputs = new Set<string>();
  private readonly constants = new Map<string, string>();
  private readonly weights = new Map<string, Tensor>();
  private readonly files = new Map<string, ByteSource>();
  /** Path of the module that runs, with the number of its call where it is not the first: relu_1. */
  scope = '';
  /** Nodes whose outputs no runtime can compute. */
  unknown = 0;
  /** Nodes in all. */
  size = 0;
  /** The tensor that was made last. */
  last: Tensor | undefined;
  /** The next number to try for a name that is taken. */
  private readonly counts = new Map<string, number>();

  /** `effort` bounds how many nodes are made; of what a person listed it need not. */
  constructor(private readonly effort?: Effort) {}

  input(name: string, type: GraphType, dims: readonly (number | string | null)[] | undefined): Tensor {
    this.names.add(name);
    this.builder.input(name, type, dims);
    const sizes = dims?.map((dim, axis): Dim => (typeof dim === 'string' ? this.dimension(dim, name, axis) : dim));
    return new Tensor(name, type, sizes);
  }

  output(tensor: Tensor): void {
    // What is stored, or an output already, is passed on under a name of its own.
    const given = this.outputs.has(tensor.name) || !tensor.name.startsWith('/');
    const named = given ? this.emit('Identity', [tensor], { dims: tensor.dims }) : tensor;
    this.outputs.add(named.name);
    this.builder.output(named.name);
  }

  /** Ends the graph where its program could not be followed further, by a node that no runtime computes; gives the node's name. */
  stop(what: string): string {
    this.scope = '';
    const tensor = this.emit(what.replace(/^torch\./, ''), this.last === undefined ? [] : [this.last], {
      domain: UNKNOWN_DOMAIN,
    });
    this.builder.output(tensor.name);
    return tensor.name.slice(0, -'_output_0'.length);
  }

  /** A node with one output. */
  emit(op: string, inputs: readonly Input[], options: EmitOptions = {}): Tensor {
    return this.emitMany(op, inputs, [options], options)[0]!;
  }

  /** A node with several outputs, each with its type and dimensions. */
  emitMany(
    op: string,
    inputs: readonly Input[],
    outputs: readonly Pick<EmitOptions, 'type' | 'dims'>[],
    { attributes, domain }: Pick<EmitOptions, 'attributes' | 'domain'> = {},
  ): Tensor[] {
    const name = this.unique(`${this.scope === '' ? '' : `/${this.scope}`}/${op}`);
    const first = inputs.find(input => input instanceof Tensor);
    const made = outputs.map(
      ({ type, dims }, index) =>
        new Tensor(`${name}_output_${index}`, type ?? (first instanceof Tensor ? first.type : 'float32'), dims),
    );
    this.effort?.node();
    this.size++;
    this.last = made[0];
    const given = inputs.map(input => (input instanceof Tensor ? input.name : (input ?? '')));
    while (given.at(-1) === '') given.pop();
    this.builder.node({
      name,
      op,
      inputs: given,
      outputs: made.map(tensor => tensor.name),
      ...(attributes === undefined ? {} : { attributes }),
      ...(domain === undefined ? {} : { domain }),
    });
    return made;
  }

  /** A vector of whole numbers; a scalar where `dims` is empty. */
  integers(values: readonly number[], dims: readonly number[] = [values.length]): string {
    return this.constant(`int64 ${dims.join()} ${values.join()}`, name => {
      this.builder.integers(name, values, dims);
    });
  }

  /** A scalar of a tensor's type. */
  scalar(value: number, type: GraphType): Tensor {
    const name = this.constant(`${type} ${value}`, id => {
      this.builder.raw(id, type, [], scalarBytes(value, type));
    });
    return new Tensor(name, type, []);
  }

  floats(values: readonly number[]): string {
    return this.constant(`float32 ${values.join()}`, name => {
      this.builder.raw(name, 'float32', [values.length], new Uint8Array(Float32Array.from(values).buffer));
    });
  }

  /** A stored tensor, under its name in the state dictionary. Floats of other widths are cast to float32. */
  weight(state: StateTensor): Tensor {
    const before = this.weights.get(state.name);
    if (before !== undefined) return before;
    const type = WRITTEN.get(state.type);
    if (type === undefined)
      throw new Fault('unsupported', `The network computes with ${state.type}, which no runtime here does.`, {
        hint: 'Convert it with model.float() before it is saved.',
      });
    this.names.add(state.name);
    const location = `tensor ${state.name}`;
    const values = new TensorSource(state);
    this.files.set(location, values);
    this.builder.external(state.name, type, state.shape, location, 0, values.size);
    let made: Tensor;
    const wanted = GRAPH_TYPES.get(state.type) ?? 'float32';
    if (wanted === type) made = new Tensor(state.name, wanted, state.shape);
    else {
      const scope = this.scope;
      this.scope = '';
      made = this.cast(new Tensor(state.name, 'float32', state.shape), wanted);
      this.scope = scope;
    }
    this.weights.set(state.name, made);
    return made;
  }

  cast(tensor: Tensor, type: GraphType): Tensor {
    return this.emit('Cast', [tensor], { attributes: { to: { integer: CODES[type] } }, type, dims: tensor.dims });
  }

  /** The length of a tensor's axis as a whole number of the graph. */
  dimension(key: string, tensor: string, axis: number): SymInt {
    let made: string | undefined;
    return new SymInt(key, () => {
      made ??= this.emit('Shape', [tensor], {
        attributes: { start: { integer: axis }, end: { integer: axis + 1 } },
        type: 'int64',
        dims: [1],
      }).name;
      return made;
    });
  }

  /** The graph as an ONNX file. `name` is what it was followed from. */
  model(name: string, producer: string): Bytes {
    return this.builder.model(name, producer);
  }

  /** The storages that the graph refers to. */
  siblings(): Siblings {
    return {
      open: location => {
        const file = this.files.get(location);
        if (file === undefined) throw new Fault('not-found', `There is no ${location}.`);
        return file;
      },
    };
  }

  unique(wanted: string): string {
    let name = wanted;
    let count = this.counts.get(wanted) ?? 0;
    while (this.names.has(name)) name = `${wanted}_${++count}`;
    this.counts.set(wanted, count);
    this.names.add(name);
    return name;
  }

  private constant(key: string, write: (name: string) => void): string {
    let name = this.constants.get(key);
    if (name === undefined) {
      name = this.unique(`constant_${this.constants.size}`);
      this.constants.set(key, name);
      write(name);
    }
    return name;
  }
}

const CODES: Readonly<Record<GraphType, number>> = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9 };

const WRITTEN: ReadonlyMap<string, WrittenType> = new Map<string, WrittenType>(
  (['float32', 'uint8', 'int8', 'int16', 'int32', 'int64', 'bool', 'float16', 'float64', 'bfloat16'] as const).map(
    type => [type, type],
  ),
);

const GRAPH_TYPES: ReadonlyMap<string, GraphType> = new Map<string, GraphType>([
  ['uint8', 'uint8'],
  ['int8', 'int32'],
  ['int16', 'int32'],
  ['int32', 'int32'],
  ['int64', 'int64'],
  ['bool', 'bool'],
]);

function scalarBytes(value: number, type: GraphType): Bytes {
  switch (type) {
    case 'float32':
      return new Uint8Array(Float32Array.of(value).buffer);
    case 'int64':
      return new Uint8Array(BigInt64Array.of(BigInt(Math.trunc(value))).buffer);
    case 'int32':
      return new Uint8Array(Int32Array.of(value).buffer);
    case 'uint8':
      return Uint8Array.of(value);
    case 'bool':
      return Uint8Array.of(value === 0 ? 0 : 1);
  }
}

/** The values of a stored tensor as a file of them: read when a runtime is given them. */
class TensorSource implements ByteSource {
  readonly name: string;
  readonly size: number;
  private readonly width: number;

  constructor(private readonly tensor: StateTensor) {
    this.name = tensor.name;
    this.width = elementBits(tensor.type) / 8;
    this.size = tensor.size * this.width;
  }

  read(offset: number, length: number): Uint8Array<ArrayBuffer> {
    if (!(offset >= 0 && length >= 0 && offset + length <= this.size)) throw pastEnd(this, offset, length);
    const first = Math.floor(offset / this.width);
    const bytes = this.tensor.bytes(first, Math.ceil((offset + length) / this.width) - first);
    const skipped = offset - first * this.width;
    return bytes.subarray(skipped, skipped + length);
  }
}
