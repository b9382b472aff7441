import type { Shape } from '../model';
import { decodeElements } from '../elements';
import type { StoredTensor } from '../storedTensor';
import type { GraphNode } from './graph';
import { BROADCASTING, SHAPELESS } from './operators';

type Dimension = number | null;
const MAX_INTEGERS = 64;

/** The shape of every node's first output that can be told, in the order of computation. */
export function inferGraphShapes(
  ordered: readonly GraphNode[],
  tensors: ReadonlyMap<string, StoredTensor>,
  given: ReadonlyMap<string, Shape | undefined>,
): ReadonlyMap<string, Shape> {
  const shapes = new Map<string, Shape>();
  const nodes = new Map(ordered.map(node => [node.name, node]));
  const inference = new Inference(nodes, tensors, shapes);
  for (const node of ordered) {
    const shape = given.get(node.name) ?? said(node) ?? inference.shapeOf(node);
    if (shape?.every(dim => dim === null || (Number.isSafeInteger(dim) && dim >= 0)) === true)
      shapes.set(node.name, shape);
  }
  return shapes;
}

/** What TensorFlow noted at the node itself. */
function said(node: GraphNode): Shape | undefined {
  const noted = node.attributes.get('_output_shapes')?.shapes?.[0];
  if (noted !== undefined && noted !== null) return noted;
  return node.op.startsWith('Placeholder') ? (node.attributes.get('shape')?.shape ?? undefined) : undefined;
}

class Inference {
  constructor(
    private readonly nodes: ReadonlyMap<string, GraphNode>,
    private readonly tensors: ReadonlyMap<string, StoredTensor>,
    private readonly shapes: ReadonlyMap<string, Shape>,
  ) {}

  shapeOf(node: GraphNode): Shape | undefined {
    const stored = this.tensors.get(node.name);
    if (stored !== undefined) return stored.shape;
    const input = (place: number) => this.input(node, place);
    if (SHAPELESS.has(node.op)) return input(0);
    if (BROADCASTING.has(node.op)) return broadcast(input(0), input(1));
    switch (node.op) {
      case 'MatMul':
      case '_FusedMatMul':
      case 'BatchMatMul':
      case 'BatchMatMulV2':
        return this.product(node, input(0), input(1));
      case 'Conv2D':
      case '_FusedConv2D':
        return slid(node, input(0), input(1)?.slice(0, 2), () => input(1)?.[3] ?? null);
      case 'DepthwiseConv2dNative':
      case 'FusedDepthwiseConv2dNative':
        return slid(node, input(0), input(1)?.slice(0, 2), from => times(from, times(input(1)?.[3] ?? null, 1) ?? 1));
      case 'MaxPool':
      case 'AvgPool':
        return slid(node, input(0), windowOf(node), from => from);
      case 'Reshape':
        return reshaped(input(0), this.values(node.inputs[1]?.node));
      case 'Squeeze': {
        const axes = node.attributes.get('squeeze_dims')?.integers ?? node.attributes.get('axis')?.integers ?? [];
        const x = input(0);
        const gone = axes.map(axis => (axis < 0 && x !== undefined ? axis + x.length : axis));
        return x?.filter((dim, axis) => (gone.length > 0 ? !gone.includes(axis) : dim !== 1));
      }
      case 'ExpandDims': {
        const [axis] = this.values(node.inputs[1]?.node) ?? [];
        const x = input(0);
        if (x === undefined || axis === undefined || axis === null) return undefined;
        const at = axis < 0 ? axis + x.length + 1 : axis;
        return [...x.slice(0, at), 1, ...x.slice(at)];
      }
      case 'Mean':
      case 'Max':
      case 'Min':
      case 'Sum':
      case 'Prod':
        return reduced(input(0), this.values(node.inputs[1]?.node), node.attributes.get('keep_dims')?.flag === true);
      case 'ConcatV2':
        return this.joined(node);
      case 'Transpose': {
        const order = this.values(node.inputs[1]?.node);
        const x = input(0);
        return x === undefined || order?.length !== x.length
          ? undefined
          : order.map(axis => (axis === null ? null : (x[axis] ?? null)));
      }
      case 'Pad':
      case 'PadV2':
      case 'MirrorPad': {
        const widths = this.values(node.inputs[1]?.node);
        return input(0)?.map((dim, axis) =>
          plus(dim, plus(widths?.[2 * axis] ?? null, widths?.[2 * axis + 1] ?? null)),
        );
      }
      case 'Gather':
      case 'GatherV2': {
        const [table, indices] = [input(0), input(1)];
        return table === undefined || indices === undefined ? undefined : [...indices, ...table.slice(1)];
      }
      default:
        return undefined;
    }
  }

  private input(node: GraphNode, place: number): Shape | undefined {
    const from = node.inputs[place];
    return from?.output === 0 ? this.shapes.get(from.node) : undefined;
  }

  /** Whole numbers that a node holds, where they are known: of a constant, or packed from several. */
  private values(name: string | undefined): readonly Dimension[] | undefined {
    const node = name === undefined ? undefined : this.nodes.get(name);
    if (node === undefined) return undefined;
    const stored = this.tensors.get(node.name);
    if (stored !== undefined) {
      if (stored.size > MAX_INTEGERS || !/^u?int/.test(stored.type)) return undefined;
      const values = new Array<number>(stored.size);
      decodeElements(stored.type, stored.bytes(0, stored.size), stored.size, (value, index) => {
        values[index] = value;
      });
      return values;
    }
    if (node.op === 'Identity' || node.op === 'Cast') return this.values(node.inputs[0]?.node);
    if (node.op === 'Pack') return node.inputs.map(input => this.values(input.node)?.[0] ?? null);
    return undefined;
  }

  private product(node: GraphNode, a: Shape | undefined, b: Shape | undefined): Shape | undefined {
    if (a === undefined || b === undefined || a.length < 2 || b.length < 2) return undefined;
    const turned = (...keys: string[]) => keys.some(key => node.attributes.get(key)?.flag === true);
    const rows = turned('transpose_a', 'adj_x') ? a.at(-1)! : a.at(-2)!;
    const columns = turned('transpose_b', 'adj_y') ? b.at(-2)! : b.at(-1)!;
    return [...(broadcast(a.slice(0, -2), b.slice(0, -2)) ?? []), rows, columns];
  }

  private joined(node: GraphNode): Shape | undefined {
    const parts = node.inputs.slice(0, -1).map((_, place) => this.input(node, place));
    const [axis] = this.values(node.inputs.at(-1)?.node) ?? [];
    const [first] = parts;
    if (first === undefined || axis === undefined || axis === null) return undefined;
    const at = axis < 0 ? axis + first.length : axis;
    return first.map((dim, place) =>
      place === at ? parts.reduce((sum: Dimension, part) => plus(sum, part?.[place] ?? null), 0) : dim,
    );
  }
}

function broadcast(a: Shape | undefined, b: Shape | undefined): Shape | undefined {
  if (a === undefined || b === undefined) return undefined;
  const [longer, shorter] = a.length < b.length ? [b, a] : [a, b];
  const offset = longer.length - shorter.length;
  return longer.map((dim, axis) => (dim === 1 && axis >= offset ? shorter[axis - offset]! : dim));
}

/** Whether the channels of images come before their rows. */
export function isChannelsFirst(node: GraphNode): boolean {
  return node.attributes.get('data_format')?.text === 'NCHW';
}

function windowOf(node: GraphNode): Shape | undefined {
  const size = node.attributes.get('ksize')?.integers;
  return size === undefined ? undefined : isChannelsFirst(node) ? size.slice(2, 4) : size.slice(1, 3);
}

function slid(
  node: GraphNode,
  input: Shape | undefined,
  window: Shape | undefined,
  channels: (from: Dimension) => Dimension,
): Shape | undefined {
  if (input?.length !== 4 || window === undefined) return undefined;
  const first = isChannelsFirst(node);
  const [rows, channel] = first ? [2, 1] : [1, 3];
  const strides = node.attributes.get('strides')?.integers ?? [1, 1, 1, 1];
  const dilations = node.attributes.get('dilations')?.integers ?? [1, 1, 1, 1];
  const padding = node.attributes.get('padding')?.text;
  const pads = node.attributes.get('explicit_paddings')?.integers ?? [];
  const shape = [...input];
  for (const [i, axis] of [rows, rows + 1].entries()) {
    const length = input[axis]!;
    const size = window[i] ?? null;
    const stride = strides[axis] ?? 1;
    if (length === null || size === null || stride < 1) shape[axis] = null;
    else if (padding === 'SAME') shape[axis] = Math.ceil(length / stride);
    else {
      const around = padding === 'EXPLICIT' ? (pads[2 * axis] ?? 0) + (pads[2 * axis + 1] ?? 0) : 0;
      shape[axis] = Math.floor((length + around - ((size - 1) * (dilations[axis] ?? 1) + 1)) / stride) + 1;
    }
  }
  shape[channel] = channels(input[channel]!);
  return shape;
}

function reshaped(input: Shape | undefined, target: readonly Dimension[] | undefined): Shape | undefined {
  if (target === undefined) return undefined;
  const size = input?.reduce((product: Dimension, dim) => times(product, dim), 1) ?? null;
  const known = target.reduce((product: Dimension, dim) => (dim === -1 ? product : times(product, dim)), 1);
  return target.map((dim, axis) => {
    if (dim !== -1) return dim;
    if (size !== null && known !== null && known > 0 && size % known === 0) return size / known;
    // Where the batch alone is free, the rest of a row is what the others leave.
    const row = input?.slice(1).reduce((product: Dimension, length) => times(product, length), 1) ?? null;
    const others = target
      .slice(1)
      .reduce((product: Dimension, length) => (length === -1 ? product : times(product, length)), 1);
    return axis > 0 && target[0] === null && row !== null && others !== null && others > 0 && row % others === 0
      ? row / others
      : null;
  });
}

function reduced(input: Shape | undefined, axes: readonly Dimension[] | undefined, keep: boolean): Shape | undefined {
  if (input === undefined || axes === undefined || axes.includes(null)) return undefined;
  const gone = axes.map(axis => (axis! < 0 ? axis! + input.length : axis!));
  return keep
    ? input.map((dim, axis) => (gone.includes(axis) ? 1 : dim))
    : input.filter((_, axis) => !gone.includes(axis));
}

function times(a: Dimension, b: Dimension): Dimension {
  return a === null || b === null ? null : a * b;
}

function plus(a: Dimension, b: Dimension): Dimension {
  return a === null || b === null ? null : a + b;
}
