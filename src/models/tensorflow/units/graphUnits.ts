import { decodeElements, isFloat } from '../../elements';
import type { NewTensor } from '../../changes';
import type { StoredTensor } from '../../storedTensor';
import { concatenated, elementwise, reshaped, type Dim } from '../../units/axes';
import { depthwiseOutputs } from '../../units/groupedChannels';
import type { BiasPlace, PrunableNetwork, WeightLayout } from '../../units/prunableNetwork';
import { paddedWindow } from '../../units/samePadding';
import { UnitBook, type Axes, type Labels } from '../../units/unitBook';
import type { GraphNode } from '../graph';
import type { TensorFlowGraphModel } from '../graphModel';
import { isChannelsFirst } from '../graphShapes';

const BESIDE = 'They are combined with values that stay.';
const UNKNOWN = 'Their place in another shape cannot be told.';
const UNMEASURED = 'What they count for is not measured for the way in which they are read.';

/** Each value depends on that in its place alone. */
const SINGLE =
  /^(Identity|StopGradient|Cast|Relu6?|LeakyRelu|Elu|Selu|Sigmoid|Tanh|Softplus|Softsign|Erf|Exp|Log|Log1p|Sqrt|Rsqrt|Square|Neg|Abs|Reciprocal|Floor|Ceil|Round|ReadVariableOp|Snapshot|PreventGradient|CheckNumerics)$/;
const MIXED = /^(Add|AddV2|AddN|Sub|Mul|Div|RealDiv|DivNoNan|Maximum|Minimum|Pow|SquaredDifference|Prelu|BiasAdd)$/;
const SPATIAL = /^(MaxPool|AvgPool|MaxPool3D|AvgPool3D|Pad|PadV2|MirrorPad|ResizeBilinear|ResizeNearestNeighbor)$/;
const REDUCING = /^(Mean|Max|Sum|Min|Prod)$/;
/** Functions within a fused operator that treat each value by itself. */
const FUSED = /^(BiasAdd|Relu|Relu6|Elu|LeakyRelu|Sigmoid|Prelu|Tanh)$/i;

/** What of a TensorFlow graph can go. */
export function graphUnits(model: TensorFlowGraphModel): PrunableNetwork {
  return new GraphUnits(model).walk();
}

class GraphUnits {
  private readonly book = new UnitBook();
  private readonly axes = new Map<string, Axes>();
  private readonly nodes: ReadonlyMap<string, GraphNode>;
  private readonly readers = new Map<string, GraphNode[]>();
  private readonly outputs: ReadonlySet<string>;
  private readonly shapesToWrite: {
    readonly tensor: StoredTensor;
    readonly values: (kept: (labels: Labels) => number) => readonly number[];
  }[] = [];

  constructor(private readonly model: TensorFlowGraphModel) {
    this.nodes = new Map(model.ordered.map(node => [node.name, node]));
    for (const node of model.ordered)
      for (const name of new Set(node.inputs.map(input => input.node)))
        this.readers.set(name, [...(this.readers.get(name) ?? []), node]);
    this.outputs = new Set(model.file.graph.outputs.map(output => output.node));
  }

  walk(): PrunableNetwork {
    const { book, model } = this;
    for (const node of model.ordered) {
      for (const input of node.inputs) {
        const stored = this.stored(input.node);
        if (stored !== undefined && !/^(Identity|ReadVariableOp)$/.test(node.op)) book.reads(stored.name);
      }
      if (model.file.graph.tensors.has(node.name)) continue;
      const axes = this.node(node);
      if (axes !== undefined) this.axes.set(node.name, axes);
    }
    for (const name of this.outputs) book.keepAll(this.of(name), 'They are an output of the network.');
    const byWeight = new Map<string, string[]>();
    for (const layer of model.layers)
      for (const weight of layer.weights) byWeight.set(weight.name, [...(byWeight.get(weight.name) ?? []), layer.name]);
    return book.finish(
      tensor => byWeight.get(tensor) ?? [],
      model.layers.map(layer => layer.name),
      kept => {
        const tensors = new Map<string, NewTensor>();
        for (const { tensor, values } of this.shapesToWrite)
          tensors.set(tensor.name, { shape: tensor.shape, values: values(kept) });
        return { tensors };
      },
    );
  }

  /** A constant of numbers, also where it comes through nodes that pass it on. */
  private stored(name: string | undefined): StoredTensor | undefined {
    for (let at = name, steps = 0; at !== undefined && steps < 16; steps++) {
      const found = this.model.file.graph.tensors.get(at);
      if (found !== undefined) return isFloat(found.type) ? found : undefined;
      const node = this.nodes.get(at);
      at = node !== undefined && /^(Identity|ReadVariableOp)$/.test(node.op) ? node.inputs[0]?.node : undefined;
    }
    return undefined;
  }

  private integers(
    name: string | undefined,
  ): { readonly tensor: StoredTensor; readonly values: readonly number[] } | undefined {
    const tensor = name === undefined ? undefined : this.model.file.graph.tensors.get(name);
    if (tensor === undefined || !/^int/.test(tensor.type) || tensor.size > 64) return undefined;
    const values = new Array<number>(tensor.size);
    decodeElements(tensor.type, tensor.bytes(0, tensor.size), tensor.size, (value, i) => (values[i] = value));
    return { tensor, values };
  }

  private of(name: string | undefined): Axes | undefined {
    if (name === undefined) return undefined;
    const known = this.axes.get(name);
    if (known !== undefined) return known;
    const stored = this.stored(name);
    return stored === undefined ? this.dims(name)?.map(() => null) : this.book.stored(stored.name, stored.shape);
  }

  private dims(name: string | undefined): readonly Dim[] | undefined {
    return name === undefined ? undefined : (this.stored(name)?.shape ?? this.model.shapes.get(name));
  }

  private keepInputs(node: GraphNode, reason: string): undefined {
    for (const input of node.inputs) this.book.keepAll(this.of(input.node), reason);
    return undefined;
  }

  private node(node: GraphNode): Axes | undefined {
    const { op } = node;
    const name = (place: number) => node.inputs[place]?.node;
    const x = this.of(name(0));
    if (node.inputs.length === 0) return undefined;
    if (node.inputs.some(input => input.output !== 0)) return this.keepInputs(node, UNKNOWN);
    if (/^(Shape|Size|Rank|ZerosLike|OnesLike)$/.test(op)) return undefined;
    if (x === undefined) return this.keepInputs(node, 'The shape of what is read is not known.');
    if (SINGLE.test(op)) return x;
    if (MIXED.test(op)) return this.mixed(node);
    if (SPATIAL.test(op)) return this.spatial(node, x);
    if (REDUCING.test(op)) return this.reduce(node, x);
    switch (op) {
      case 'MatMul':
      case '_FusedMatMul':
        return this.product(node, x);
      case 'Conv2D':
      case '_FusedConv2D':
        return this.convolution(node, x);
      case 'DepthwiseConv2dNative':
      case 'FusedDepthwiseConv2dNative':
        return this.depthwise(node, x);
      case 'FusedBatchNorm':
      case 'FusedBatchNormV2':
      case 'FusedBatchNormV3': {
        const channel = x[isChannelsFirst(node) ? 1 : x.length - 1] ?? null;
        for (const input of node.inputs.slice(1)) {
          const own = this.of(input.node)?.[0] ?? null;
          if (own !== null || channel !== null) this.book.join(own, channel, BESIDE);
        }
        return x;
      }
      case 'Softmax':
      case 'LogSoftmax':
        this.book.keep(x.at(-1)!, 'They are shares of one sum (softmax).');
        return x;
      case 'Reshape':
        return this.reshape(node, x);
      case 'Transpose': {
        const order = this.integers(name(1))?.values;
        return order === undefined ? this.keepInputs(node, UNKNOWN) : order.map(axis => x[axis] ?? null);
      }
      case 'Squeeze': {
        const asked = node.attributes.get('squeeze_dims')?.integers ?? node.attributes.get('axis')?.integers ?? [];
        const gone = asked.map(axis => (axis < 0 ? axis + x.length : axis));
        const dims = this.dims(name(0));
        if (gone.length === 0 && dims === undefined) return this.keepInputs(node, UNKNOWN);
        return x.filter((_, axis) => (gone.length > 0 ? !gone.includes(axis) : dims![axis] !== 1));
      }
      case 'ExpandDims': {
        const axis = this.integers(name(1))?.values[0];
        if (axis === undefined) return this.keepInputs(node, UNKNOWN);
        const at = axis < 0 ? axis + x.length + 1 : axis;
        return [...x.slice(0, at), null, ...x.slice(at)];
      }
      case 'ConcatV2': {
        const inputs = node.inputs.slice(0, -1);
        const asked = this.integers(node.inputs.at(-1)?.node)?.values[0];
        const all = inputs.map(input => this.of(input.node));
        if (asked === undefined || all.some(axes => axes?.length !== x.length)) return this.keepInputs(node, UNKNOWN);
        const axis = asked < 0 ? asked + x.length : asked;
        const sizes = inputs.map(input => {
          const size = this.dims(input.node)?.[axis];
          return typeof size === 'number' ? size : undefined;
        });
        return concatenated(this.book, all as Axes[], sizes, axis, 'They stand beside values of unknown number.');
      }
      case 'GatherV2':
      case 'ResourceGather':
        return this.gather(node, x);
      default:
        return this.keepInputs(node, `How ${op} treats single units is not known here.`);
    }
  }

  private mixed(node: GraphNode): Axes | undefined {
    const inputs = node.inputs.map(input => ({ axes: this.of(input.node), dims: this.dims(input.node) }));
    if (inputs.some(input => input.axes === undefined || input.dims === undefined))
      return this.keepInputs(node, BESIDE);
    if (node.op === 'BiasAdd' && isChannelsFirst(node)) {
      const [x, bias] = [inputs[0]!.axes!, inputs[1]!.axes!];
      this.book.join(x[1]!, bias[0]!, BESIDE);
      return x;
    }
    return elementwise(
      this.book,
      inputs.map(({ axes, dims }) => ({ axes: axes!, dims: dims! })),
      BESIDE,
    );
  }

  /** What stands after the product within a fused operator. */
  private fused(node: GraphNode, outputs: Labels | null): boolean {
    const parts = node.attributes.get('fused_ops')?.texts ?? [];
    for (const input of node.inputs.slice(2)) {
      const own = this.of(input.node)?.at(-1) ?? null;
      if (own !== null || outputs !== null) this.book.join(own, outputs, BESIDE);
    }
    return parts.every(part => FUSED.test(part));
  }

  private product(node: GraphNode, a: Axes): Axes | undefined {
    const weightName = node.inputs[1]?.node;
    const [b, weight] = [this.of(weightName), this.stored(weightName)];
    if (a.length !== 2 || b?.length !== 2) return this.keepInputs(node, UNKNOWN);
    const flag = (key: string) => node.attributes.get(key)?.flag === true;
    const [m, k] = flag('transpose_a') ? [a[1]!, a[0]!] : [a[0]!, a[1]!];
    const [from, to] = flag('transpose_b') ? [b[1]!, b[0]!] : [b[0]!, b[1]!];
    if (k !== null || from !== null) this.book.join(k, from, BESIDE);
    if (weight === undefined || flag('transpose_a')) this.book.keep(k, UNMEASURED);
    if (!this.fused(node, to)) this.book.keep(to, UNKNOWN);
    if (weight !== undefined) {
      const [rows, columns] = weight.shape as [number, number];
      const outputsFirst = flag('transpose_b');
      const [inputs, outputs] = outputsFirst ? [columns, rows] : [rows, columns];
      this.book.gives(to, weight.name, outputsFirst ? 0 : 1);
      const layout = {
        outputs,
        channels: inputs,
        taps: 1,
        base: 0,
        outputStride: outputsFirst ? inputs : 1,
        channelStride: outputsFirst ? 1 : outputs,
        tapStride: 0,
      };
      if (from !== null && !flag('transpose_a')) this.note(node, weight.name, layout, undefined, from, outputs);
    }
    return [m, to];
  }

  private note(
    node: GraphNode,
    weight: string,
    layout: WeightLayout,
    window: ReturnType<typeof paddedWindow>,
    labels: Labels,
    outputs: number,
  ): void {
    this.book.use({
      weight,
      layout,
      input: node.inputs[0]!.node,
      channelAxis: window !== undefined && isChannelsFirst(node) ? 1 : -1,
      channelFrom: 0,
      window,
      bias: this.biasOf(node, outputs),
      labels,
    });
  }

  private biasOf(node: GraphNode, outputs: number): BiasPlace | undefined {
    const constant = (name: string | undefined): string | undefined => {
      const tensor = this.stored(name);
      return tensor?.size === outputs && tensor.shape.at(-1) === outputs && this.readers.get(name!)?.length === 1
        ? tensor.name
        : undefined;
    };
    const fused = node.attributes.get('fused_ops')?.texts ?? [];
    if (fused.length > 0) {
      const own = fused[0] === 'BiasAdd' ? constant(node.inputs[2]?.node) : undefined;
      return own === undefined ? undefined : { tensor: own, from: 0, sign: 1 };
    }
    const [next, ...others] = this.readers.get(node.name) ?? [];
    if (next === undefined || others.length > 0 || this.outputs.has(node.name)) return undefined;
    if (/^(BiasAdd|Add|AddV2)$/.test(next.op)) {
      const tensor = constant(next.inputs.find(input => input.node !== node.name)?.node);
      return tensor === undefined ? undefined : { tensor, from: 0, sign: 1 };
    }
    const mean = /^FusedBatchNorm/.test(next.op) ? constant(next.inputs[3]?.node) : undefined;
    return mean === undefined ? undefined : { tensor: mean, from: 0, sign: -1 };
  }

  private window(node: GraphNode, kernel: readonly number[]) {
    const first = isChannelsFirst(node);
    const pick = (list: readonly number[] | undefined) =>
      list?.length === 4 ? (first ? list.slice(2) : list.slice(1, 3)) : [1, 1];
    const padding = node.attributes.get('padding')?.text ?? 'VALID';
    if (padding === 'EXPLICIT') return undefined;
    const dims = this.dims(node.inputs[0]!.node);
    const sizes = first ? dims?.slice(2) : dims?.slice(1, 3);
    return paddedWindow(
      kernel,
      pick(node.attributes.get('strides')?.integers),
      pick(node.attributes.get('dilations')?.integers),
      padding.toLowerCase(),
      sizes ?? [],
      false,
    );
  }

  private convolution(node: GraphNode, x: Axes): Axes | undefined {
    const filterName = node.inputs[1]?.node;
    const [weight, filter] = [this.stored(filterName), this.of(filterName)];
    if (weight?.shape.length !== 4 || filter === undefined || x.length !== 4) return this.keepInputs(node, UNKNOWN);
    const channel = isChannelsFirst(node) ? 1 : 3;
    const [rows, columns, channels, outputs] = weight.shape as [number, number, number, number];
    const [from, to] = [filter[2]!, filter[3]!];
    const given = x[channel]!;
    if (given !== null || from !== null) this.book.join(given, from, BESIDE);
    if (!this.fused(node, to)) this.book.keep(to, UNKNOWN);
    this.book.gives(to, weight.name, 3);
    const window = this.window(node, [rows, columns]);
    if (window === undefined) this.book.keep(from, UNMEASURED);
    else if (from !== null)
      this.note(
        node,
        weight.name,
        {
          outputs,
          channels,
          taps: rows * columns,
          base: 0,
          outputStride: 1,
          channelStride: outputs,
          tapStride: channels * outputs,
        },
        window,
        from,
        outputs,
      );
    return x.map((_, axis) => (axis === channel ? to : axis === 0 ? x[0]! : null));
  }

  private depthwise(node: GraphNode, x: Axes): Axes | undefined {
    const filterName = node.inputs[1]?.node;
    const [weight, filter] = [this.stored(filterName), this.of(filterName)];
    if (weight?.shape.length !== 4 || filter === undefined || x.length !== 4) return this.keepInputs(node, UNKNOWN);
    const channel = isChannelsFirst(node) ? 1 : 3;
    const own = filter[2]!;
    if (x[channel] !== null || own !== null) this.book.join(x[channel]!, own, BESIDE);
    this.book.keep(filter[3]!, 'They stand for one channel each.');
    const to = depthwiseOutputs(x[channel]!, weight.shape[3]!);
    if (!this.fused(node, to)) this.book.keep(to, UNKNOWN);
    this.book.gives(own, weight.name, 2);
    return x.map((_, axis) => (axis === channel ? to : axis === 0 ? x[0]! : null));
  }

  /** Positions are pooled, padded or stretched: channels are those that are as many as before. */
  private spatial(node: GraphNode, x: Axes): Axes {
    const channel = isChannelsFirst(node) ? 1 : x.length - 1;
    const [from, to] = [this.dims(node.inputs[0]!.node), this.dims(node.name)];
    x.forEach((labels, axis) => {
      if (axis !== channel && axis !== 0) this.book.keep(labels, 'Positions are mixed.');
      else if (labels !== null && (from?.[axis] !== to?.[axis] || from?.[axis] === undefined))
        this.book.keep(labels, UNKNOWN);
    });
    return x.map((labels, axis) => (axis === channel || axis === 0 ? labels : null));
  }

  private reduce(node: GraphNode, x: Axes): Axes | undefined {
    const listed = this.integers(node.inputs[1]?.node)?.values;
    if (listed === undefined) return this.keepInputs(node, UNKNOWN);
    const gone = listed.map(axis => (axis < 0 ? axis + x.length : axis));
    for (const axis of gone) this.book.keep(x[axis] ?? null, 'One value is made of all of them.');
    const stays = node.attributes.get('keep_dims')?.flag === true;
    return x.flatMap((labels, axis) => (gone.includes(axis) ? (stays ? [null] : []) : [labels]));
  }

  private reshape(node: GraphNode, x: Axes): Axes | undefined {
    const [from, to] = [this.dims(node.inputs[0]!.node), this.dims(node.name)];
    if (from === undefined || to === undefined) return this.keepInputs(node, UNKNOWN);
    const result = reshaped(this.book, x, from, to, UNKNOWN);
    if (result.every(labels => labels === null)) return result;
    const name = node.inputs[1]?.node;
    const asked = this.integers(name);
    if (asked?.values.length !== result.length || (this.readers.get(name!)?.length ?? 0) !== 1) {
      // The size is computed from what is read, or said where others read it too.
      if (!this.computedFrom(name, node.inputs[0]!.node)) this.book.keepAll(result, UNKNOWN);
      return result;
    }
    this.shapesToWrite.push({
      tensor: asked.tensor,
      values: kept =>
        asked.values.map((size, axis) => (result[axis] === null || size < 0 ? size : kept(result[axis]!))),
    });
    return result;
  }

  /** A shape whose sizes but for the first, the rows, are left open: Flatten writes it so. */
  private computedFrom(name: string | undefined, input: string): boolean {
    const pack = this.nodes.get(name ?? '');
    if (pack?.op !== 'Pack' || this.dims(input) === undefined) return false;
    return pack.inputs.slice(1).every(one => {
      const values = this.integers(one.node)?.values;
      return values?.length === 1 && values[0]! < 0;
    });
  }

  private gather(node: GraphNode, table: Axes): Axes | undefined {
    const axis = node.inputs[2] === undefined ? 0 : this.integers(node.inputs[2].node)?.values[0];
    const indices = this.dims(node.inputs[1]?.node);
    if (axis !== 0 || indices === undefined) return this.keepInputs(node, UNKNOWN);
    this.book.keep(table[0] ?? null, 'They are looked up one by one.');
    const stored = this.stored(node.inputs[0]!.node);
    if (stored !== undefined && table.length === 2) this.book.gives(table[1]!, stored.name, 1);
    return [...indices.map(() => null), ...table.slice(1)];
  }
}
