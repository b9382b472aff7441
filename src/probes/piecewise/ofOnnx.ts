import { isFloat } from '../../models/elements';
import type { OnnxModel } from '../../models/onnx/onnxModel';
import type { OnnxNode } from '../../models/onnx/protocol';
import { clip, exponentialLinear, hyperbolicTangent, rectifier, sigmoid, softplus } from './monotoneFunctions';
import type { ImageLayout, Window2D } from './linearMap';
import { NotPiecewise, PiecewiseBuilder } from './piecewiseBuilder';
import type { MonotoneFunction, PiecewiseNetwork } from './piecewiseNetwork';

/** A computed tensor of one row. */
interface Held {
  readonly value: number;
  /** Without the batch. */
  readonly shape: readonly number[];
}

/** An operator that may stand last without changing which score is the largest. */
const LAST = /^(Softmax|LogSoftmax|Sigmoid)$/;

/**
 * The network of an ONNX graph up to the scores of a tensor, for rows of a shape. Throws `NotPiecewise` for graphs with operators or shapes that are not followed here, among them all that are
 * not in float32.
 */
export function piecewiseOfOnnx(
  model: OnnxModel,
  rowShape: readonly number[],
  input: string,
  output: string,
): PiecewiseNetwork {
  return new OnnxWalk(model, rowShape, input).to(output);
}

class OnnxWalk {
  private readonly builder: PiecewiseBuilder;
  private readonly held = new Map<string, Held>();

  constructor(
    private readonly model: OnnxModel,
    rowShape: readonly number[],
    input: string,
  ) {
    const size = product(rowShape);
    this.builder = new PiecewiseBuilder(size);
    this.held.set(input, { value: 0, shape: rowShape });
    const info = model.inputs.find(one => one.name === input);
    if (info?.type !== 'float32') throw new NotPiecewise('its input is not of float32');
  }

  to(output: string): PiecewiseNetwork {
    const { ordered } = this.model;
    const needed = this.nodesFor(output);
    ordered.nodes.forEach((node, index) => {
      if (!needed.has(index)) return;
      if (node.outputs[0] === output && LAST.test(node.op)) {
        const scores = this.of(node.inputs[0]);
        if (node.op !== 'Sigmoid' && scores.shape.length !== 1) throw new NotPiecewise('its scores have positions');
        if (node.op === 'Sigmoid' || isLastAxis(node, scores.shape.length)) {
          this.held.set(output, scores);
          return;
        }
      }
      this.step(node);
    });
    const found = this.held.get(output);
    if (found === undefined) throw new NotPiecewise('its scores do not follow from its input alone');
    return this.builder.network(found.value);
  }

  private nodesFor(output: string): Set<number> {
    const { producer, reads } = this.model.ordered;
    const needed = new Set<number>();
    const open = [output];
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      const index = producer.get(name);
      if (index === undefined || needed.has(index) || this.constant(name) !== undefined) continue;
      needed.add(index);
      open.push(...reads[index]!);
    }
    return needed;
  }

  private step(node: OnnxNode): void {
    const output = node.outputs[0]!;
    // What follows from shapes alone needs no row.
    if (this.model.facts.get(output)?.values !== undefined && !node.inputs.some(name => this.held.has(name))) return;
    const rule = node.domain === '' ? RULES.get(node.op) : undefined;
    if (node.op === 'Shape' || node.op === 'Constant') return;
    if (rule === undefined) {
      if (node.inputs.every(name => !this.held.has(name)) && node.inputs.length > 0) return;
      throw new NotPiecewise(`the operator ${node.op} is not followed here`);
    }
    this.held.set(output, rule(this, node));
  }

  private of(name: string | undefined): Held {
    const found = name === undefined ? undefined : this.held.get(name);
    if (found === undefined) throw new NotPiecewise('a value is computed in a way that is not followed here');
    return found;
  }

  /** A stored tensor of float32, or the value of a constant. */
  private constant(
    name: string | undefined,
  ): { readonly dims: readonly number[]; readonly values: Float64Array } | undefined {
    if (name === undefined || name === '') return undefined;
    const tensor = this.model.tensorNamed(name);
    if (tensor === undefined || !isFloat(tensor.kind.type)) return undefined;
    if (tensor.kind.type !== 'float32') throw new NotPiecewise('not all of its weights are of float32');
    return { dims: tensor.dims, values: Float64Array.from(this.model.values.floats(tensor)) };
  }

  private need(name: string | undefined): { readonly dims: readonly number[]; readonly values: Float64Array } {
    const found = this.constant(name);
    if (found === undefined) throw new NotPiecewise('weights are computed in a way that is not followed here');
    return found;
  }

  gemm(node: OnnxNode): Held {
    const x = this.of(node.inputs[0]);
    const w = this.need(node.inputs[1]);
    const float = (name: string) => node.attributes.get(name)?.float ?? 1;
    if (node.attributes.get('transA')?.integer === 1 || w.dims.length !== 2 || x.shape.length !== 1)
      throw new NotPiecewise('a product is of shapes that are not followed here');
    const outputsFirst = node.attributes.get('transB')?.integer === 1;
    const [rows, columns] = outputsFirst ? [w.dims[0]!, w.dims[1]!] : [w.dims[1]!, w.dims[0]!];
    const weights = (outputsFirst ? w.values : transposed(w.values, columns, rows)).map(
      value => float('alpha') * value,
    );
    const c = node.inputs[2] === undefined || node.inputs[2] === '' ? undefined : this.need(node.inputs[2]);
    if (c !== undefined && c.values.length !== rows && c.values.length !== 1)
      throw new NotPiecewise('a bias is of a shape that is not followed here');
    const bias =
      c && Float64Array.from({ length: rows }, (_, i) => float('beta') * c.values[c.values.length === 1 ? 0 : i]!);
    return { value: this.builder.dense(x.value, rows, columns, 1, weights, bias, title(node)), shape: [rows] };
  }

  product(node: OnnxNode): Held {
    const x = this.of(node.inputs[0]);
    const w = this.need(node.inputs[1]);
    if (w.dims.length !== 2 || x.shape.length === 0)
      throw new NotPiecewise('a product is of shapes that are not followed here');
    const [columns, rows] = [w.dims[0]!, w.dims[1]!];
    const positions = product(x.shape.slice(0, -1));
    const weights = transposed(w.values, columns, rows);
    return {
      value: this.builder.dense(x.value, rows, columns, positions, weights, undefined, title(node)),
      shape: [...x.shape.slice(0, -1), rows],
    };
  }

  convolution(node: OnnxNode): Held {
    const x = this.of(node.inputs[0]);
    const w = this.need(node.inputs[1]);
    const image = imageOf(x.shape);
    const [filters] = w.dims;
    const groups = node.attributes.get('group')?.integer ?? 1;
    if (w.dims.length !== x.shape.length + 1 || w.dims[1]! * groups !== image.channels || filters! % groups !== 0)
      throw new NotPiecewise('a convolution is of shapes that are not followed here');
    const window = windowOf(node, w.dims.slice(2), image);
    const b = node.inputs[2] === undefined || node.inputs[2] === '' ? undefined : this.need(node.inputs[2]);
    const { value, after } = this.builder.convolution(x.value, image, { filters: filters!, groups, window }, w.values, b?.values, title(node)); // prettier-ignore
    return { value, shape: shapeOf(after, x.shape.length) };
  }

  normalisation(node: OnnxNode): Held {
    const x = this.of(node.inputs[0]);
    if ((node.attributes.get('training_mode')?.integer ?? 0) !== 0)
      throw new NotPiecewise('a normalisation is in training mode');
    const [scale, shift, mean, variance] = node.inputs.slice(1, 5).map(name => this.need(name).values);
    const epsilon = node.attributes.get('epsilon')?.float ?? 1e-5;
    const positions = product(x.shape.slice(1));
    const size = product(x.shape);
    const factor = new Float64Array(size);
    const moved = new Float64Array(size);
    const magnitude = new Float64Array(size);
    for (let k = 0; k < size; k++) {
      const c = Math.floor(k / positions);
      factor[k] = scale![c]! / Math.sqrt(variance![c]! + epsilon);
      moved[k] = shift![c]! - factor[k]! * mean![c]!;
      magnitude[k] = Math.abs(shift![c]!) + Math.abs(factor[k]! * mean![c]!);
    }
    return { value: this.builder.scale(x.value, factor, moved, magnitude, title(node)), shape: x.shape };
  }

  arithmetic(node: OnnxNode): Held {
    const [a, b] = [node.inputs[0]!, node.inputs[1]!];
    const [x, y] = [this.held.get(a), this.held.get(b)];
    if (x !== undefined && y !== undefined) {
      if ((node.op !== 'Add' && node.op !== 'Sub') || x.shape.join() !== y.shape.join())
        throw new NotPiecewise(`${node.op} of two computed values is not followed here`);
      return { value: this.builder.sum(x.value, y.value, node.op === 'Add' ? 1 : -1), shape: x.shape };
    }
    const value = x ?? this.of(b);
    const values = broadcast(this.need(x === undefined ? a : b), value.shape);
    const ones = values.map(() => 1);
    const none = values.map(() => 0);
    const scaled = (factor: Float64Array, shift: Float64Array): Held => ({
      value: this.builder.scale(value.value, factor, shift, shift.map(Math.abs), title(node)),
      shape: value.shape,
    });
    if (node.op === 'Add') return scaled(ones, values);
    if (node.op === 'Sub')
      return x === undefined
        ? scaled(ones.map(one => -one), values)
        : scaled(ones, values.map(one => -one)); // prettier-ignore
    if (node.op === 'Mul') return scaled(values, none);
    if (x === undefined || values.includes(0))
      throw new NotPiecewise('a division by computed values is not followed here');
    return scaled(values.map(one => 1 / one), none); // prettier-ignore
  }

  elementwise(node: OnnxNode): Held {
    const x = this.of(node.inputs[0]);
    return { value: this.builder.function(x.value, this.functionOf(node)), shape: x.shape };
  }

  private functionOf(node: OnnxNode): MonotoneFunction {
    switch (node.op) {
      case 'Relu':
        return rectifier(0);
      case 'LeakyRelu': {
        const slope = node.attributes.get('alpha')?.float ?? 0.01;
        if (!(slope >= 0 && slope <= 1)) throw new NotPiecewise('a leaky ReLU has a slope beyond 0 to 1');
        return rectifier(slope);
      }
      case 'Clip': {
        const end = (place: number, name: string, otherwise: number) =>
          node.inputs[place] === undefined || node.inputs[place] === ''
            ? (node.attributes.get(name)?.float ?? otherwise)
            : this.need(node.inputs[place]).values[0]!;
        return clip(end(1, 'min', -Infinity), end(2, 'max', Infinity));
      }
      case 'Sigmoid':
        return sigmoid;
      case 'Tanh':
        return hyperbolicTangent;
      case 'Softplus':
        return softplus;
      default: {
        if ((node.attributes.get('alpha')?.float ?? 1) !== 1) throw new NotPiecewise('an ELU is scaled');
        return exponentialLinear;
      }
    }
  }

  pooling(node: OnnxNode): Held {
    const x = this.of(node.inputs[0]);
    const image = imageOf(x.shape);
    const isGlobal = node.op.startsWith('Global');
    const kernel = isGlobal ? x.shape.slice(1) : (node.attributes.get('kernel_shape')?.integers ?? []);
    if (kernel.length !== x.shape.length - 1)
      throw new NotPiecewise('a pooling is of shapes that are not followed here');
    if ((node.attributes.get('ceil_mode')?.integer ?? 0) !== 0) throw new NotPiecewise('a pooling rounds up');
    if (node.outputs.length > 1 && node.outputs[1] !== '') throw new NotPiecewise('a pooling gives places');
    const window = windowOf(isGlobal ? undefined : node, kernel, image);
    const countsPadding = (node.attributes.get('count_include_pad')?.integer ?? 0) === 1;
    const { value, after } = node.op.endsWith('MaxPool')
      ? this.builder.maximum(x.value, image, window)
      : this.builder.average(x.value, image, window, countsPadding);
    return { value, shape: shapeOf(after, x.shape.length) };
  }

  /** What leaves the values in their order. */
  carried(node: OnnxNode): Held {
    const x = this.of(node.inputs[0]);
    return node.op === 'Dropout' || node.op === 'Identity' ? x : { value: x.value, shape: this.shapeAfter(node, x) };
  }

  private shapeAfter(node: OnnxNode, x: Held): readonly number[] {
    const size = product(x.shape);
    if (node.op === 'Flatten') {
      const axis = node.attributes.get('axis')?.integer ?? 1;
      if (axis !== 1) throw new NotPiecewise('rows are flattened together');
      return [size];
    }
    const known = this.model.facts.get(node.outputs[0]!)?.dims?.slice(1);
    if (known?.every(dim => typeof dim === 'number') === true && product(known) === size) return known;
    const asked = this.model.facts.get(node.inputs[1] ?? '')?.values?.slice(1);
    const open = asked?.filter(dim => typeof dim !== 'number' || dim < 0).length;
    const rest = product((asked ?? []).filter(dim => typeof dim === 'number' && dim > 0) as number[]);
    if (node.op === 'Reshape' && asked !== undefined && open !== undefined && open <= 1 && size % rest === 0) {
      const filled = asked.map((dim, axis) =>
        typeof dim === 'number' && dim > 0 ? dim : dim === 0 ? x.shape[axis]! : size / rest,
      );
      if (product(filled) === size) return filled;
    }
    throw new NotPiecewise('a shape is computed in a way that is not followed here');
  }

  transposition(node: OnnxNode): Held {
    const x = this.of(node.inputs[0]);
    const axes = node.attributes.get('perm')?.integers;
    if (axes?.[0] !== 0 || axes.length !== x.shape.length + 1) throw new NotPiecewise('rows are transposed together');
    const order = axes.slice(1).map(axis => axis - 1);
    const shape = order.map(axis => x.shape[axis]!);
    const strides = x.shape.map((_, axis) => product(x.shape.slice(axis + 1)));
    const places = Array.from({ length: product(shape) }, (_, k) => {
      let [rest, place] = [k, 0];
      for (let axis = shape.length - 1; axis >= 0; axis--) {
        place += (rest % shape[axis]!) * strides[order[axis]!]!;
        rest = Math.floor(rest / shape[axis]!);
      }
      return place;
    });
    return { value: this.builder.reordered(x.value, places), shape };
  }
}

type Rule = (walk: OnnxWalk, node: OnnxNode) => Held;
const rulesOf = (rule: Rule, ...names: readonly string[]): [string, Rule][] => names.map(name => [name, rule]);
const RULES: ReadonlyMap<string, Rule> = new Map([
  ...rulesOf((walk, node) => walk.gemm(node), 'Gemm'),
  ...rulesOf((walk, node) => walk.product(node), 'MatMul'),
  ...rulesOf((walk, node) => walk.convolution(node), 'Conv'),
  ...rulesOf((walk, node) => walk.normalisation(node), 'BatchNormalization'),
  ...rulesOf((walk, node) => walk.arithmetic(node), 'Add', 'Sub', 'Mul', 'Div'),
  ...rulesOf((walk, node) => walk.elementwise(node), 'Relu', 'LeakyRelu', 'Clip', 'Sigmoid', 'Tanh', 'Softplus', 'Elu'),
  ...rulesOf((walk, node) => walk.pooling(node), 'MaxPool', 'AveragePool', 'GlobalAveragePool', 'GlobalMaxPool'),
  ...rulesOf((walk, node) => walk.carried(node), 'Dropout', 'Identity', 'Flatten', 'Reshape', 'Squeeze', 'Unsqueeze'),
  ...rulesOf((walk, node) => walk.transposition(node), 'Transpose'),
]);

function title(node: OnnxNode): string {
  return node.name === '' ? node.op : node.name;
}

function product(dims: readonly number[]): number {
  return dims.reduce((a, b) => a * b, 1);
}

function isLastAxis(node: OnnxNode, rank: number): boolean {
  const axis = node.attributes.get('axis')?.integer ?? -1;
  return axis === -1 || axis === rank;
}

function transposed(values: Float64Array, rows: number, columns: number): Float64Array {
  const result = new Float64Array(values.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) result[j * rows + i] = values[i * columns + j]!;
  return result;
}

/** A sequence is an image of one row. */
function imageOf(shape: readonly number[]): ImageLayout {
  if (shape.length !== 2 && shape.length !== 3) throw new NotPiecewise('its images are not of one or two axes');
  const [height, width] = shape.length === 2 ? [1, shape[1]!] : [shape[1]!, shape[2]!];
  return { channels: shape[0]!, height, width, channelsLast: false };
}

function shapeOf({ channels, height, width }: ImageLayout, rank: number): readonly number[] {
  return rank === 2 ? [channels, width] : [channels, height, width];
}

function windowOf(node: OnnxNode | undefined, kernel: readonly number[], image: ImageLayout): Window2D {
  const list = (name: string) => node?.attributes.get(name)?.integers;
  const rank = kernel.length;
  const pair = (values: readonly number[], one: number): readonly [number, number] =>
    rank === 1 ? [one, values[0]!] : [values[0]!, values[1]!];
  const ones = kernel.map(() => 1);
  const strides = pair(list('strides') ?? ones, 1);
  const dilations = pair(list('dilations') ?? ones, 1);
  const size = pair(kernel, 1);
  const given = list('pads') ?? [...ones, ...ones].map(() => 0);
  const auto = node?.attributes.get('auto_pad')?.string ?? 'NOTSET';
  let [before, after] = [pair(given.slice(0, rank), 0), pair(given.slice(rank), 0)];
  if (auto === 'SAME_UPPER' || auto === 'SAME_LOWER') {
    const totals = ([image.height, image.width] as const).map((length, axis) =>
      Math.max(
        0,
        (Math.ceil(length / strides[axis]!) - 1) * strides[axis]! + (size[axis]! - 1) * dilations[axis]! + 1 - length,
      ),
    );
    const lower = totals.map(total => (auto === 'SAME_LOWER' ? Math.ceil(total / 2) : Math.floor(total / 2)));
    [before, after] = [[lower[0]!, lower[1]!], [totals[0]! - lower[0]!, totals[1]! - lower[1]!]]; // prettier-ignore
  }
  return { kernel: size, strides, dilations, padsBefore: before, padsAfter: after };
}

/** A constant for each value of a row. Throws where it has more than one row of its own. */
function broadcast(
  constant: { readonly dims: readonly number[]; readonly values: Float64Array },
  shape: readonly number[],
): Float64Array {
  const dims = constant.dims.length > shape.length ? constant.dims.slice(1) : constant.dims;
  if (constant.dims.length > shape.length + 1 || (constant.dims.length > shape.length && constant.dims[0] !== 1))
    throw new NotPiecewise('a constant differs from row to row');
  const padded = [...new Array<number>(shape.length - dims.length).fill(1), ...dims];
  if (padded.some((dim, axis) => dim !== 1 && dim !== shape[axis]))
    throw new NotPiecewise('a constant is of another shape than what it meets');
  const strides = padded.map((_, axis) => product(padded.slice(axis + 1)));
  return Float64Array.from({ length: product(shape) }, (_, k) => {
    let [rest, place] = [k, 0];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      if (padded[axis] !== 1) place += (rest % shape[axis]!) * strides[axis]!;
      rest = Math.floor(rest / shape[axis]!);
    }
    return constant.values[place]!;
  });
}
