import type { BiasPlace, KernelWindow, WeightLayout } from '../../units/prunableNetwork';
import { depthwiseOutputs, equalGroups } from '../../units/groupedChannels';
import type { Axes, Labels } from '../../units/unitBook';
import type { OnnxNode } from '../protocol';
import type { OnnxUnits, UnitRule } from './onnxUnits';
import { takePart } from './structureRules';

const UNMEASURED = 'What they count for is not measured for the way in which they are read.';
const FIXED = 'What reads them also reads values that stay.';

const gemm: UnitRule = (node, walk) => {
  const { book } = walk;
  const [a, b, c] = [walk.of(node.inputs[0]), walk.of(node.inputs[1]), walk.of(node.inputs[2])];
  if (a?.length !== 2 || b?.length !== 2) return walk.keepInputs(node, 'The shapes of a product are not known.');
  const flag = (name: string) => node.attributes.get(name)?.integer === 1;
  const [m, k] = flag('transA') ? [a[1]!, a[0]!] : [a[0]!, a[1]!];
  const [kb, n] = flag('transB') ? [b[1]!, b[0]!] : [b[0]!, b[1]!];
  const weight = walk.stored(node.inputs[1]!);
  contracted(walk, k, kb, weight !== undefined);
  if (c !== undefined) addConstant(walk, node.inputs[2]!, n);
  walk.set(node.outputs[0], [m, n]);
  const scaled = ['alpha', 'beta'].some(name => (node.attributes.get(name)?.float ?? 1) !== 1);
  if (weight === undefined) return;
  book.gives(n, node.inputs[1]!, flag('transB') ? 0 : 1);
  if (scaled || flag('transA')) return book.keep(k, UNMEASURED);
  if (kb === null) return;
  const [rows, columns] = weight.dims as [number, number];
  noteDense(
    walk,
    node,
    1,
    kb,
    flag('transB')
      ? { inputs: columns, outputs: rows, outputsFirst: true }
      : { inputs: rows, outputs: columns, outputsFirst: false },
    node.inputs[2],
  );
};

const matMul: UnitRule = (node, walk) => {
  const { book } = walk;
  const [a, b] = [walk.of(node.inputs[0]), walk.of(node.inputs[1])];
  if (a === undefined || b === undefined || a.length < 2 || b.length < 2)
    return walk.keepInputs(node, 'The shapes of a product are not known.');
  const weight = walk.stored(node.inputs[1]!);
  const anyWeight = weight !== undefined || walk.stored(node.inputs[0]!) !== undefined;
  const [m, k] = [a.at(-2)!, a.at(-1)!];
  const [kb, n] = [b.at(-2)!, b.at(-1)!];
  contracted(walk, k, kb, anyWeight);
  walk.set(node.outputs[0], [...batchAxes(walk, node, a, b), m, n]);
  if (weight?.dims.length === 2) {
    book.gives(n, node.inputs[1]!, 1);
    const [inputs, outputs] = weight.dims as [number, number];
    if (kb !== null) noteDense(walk, node, 1, kb, { inputs, outputs, outputsFirst: false }, undefined);
    return;
  }
  if (walk.stored(node.inputs[0]!)?.dims.length === 2) book.gives(m, node.inputs[0]!, 0);
  if (anyWeight) book.keep(k, UNMEASURED);
};

/** Both factors lose the same places of what is summed over. Between two activations nothing could make up for them. */
function contracted(walk: OnnxUnits, a: Labels | null, b: Labels | null, weights: boolean): void {
  walk.book.join(a, b, FIXED);
  if (!weights) walk.book.keep(a, 'They are multiplied with other units, and no weights could make up for them.');
}

function batchAxes(walk: OnnxUnits, node: OnnxNode, a: Axes, b: Axes): Axes {
  const rank = Math.max(a.length, b.length) - 2;
  return Array.from({ length: rank }, (_, axis) => {
    const at = (axes: Axes, name: string) => {
      const place = axis - rank + axes.length - 2;
      return place < 0 ? { labels: null, one: true } : { labels: axes[place]!, one: walk.dims(name)?.[place] === 1 };
    };
    const [one, other] = [at(a, node.inputs[0]!), at(b, node.inputs[1]!)];
    if (one.labels === null && one.one) return other.labels;
    if (other.labels === null && other.one) return one.labels;
    return one.labels === null && other.labels === null ? null : walk.book.join(one.labels, other.labels, FIXED);
  });
}

interface DenseShape {
  readonly inputs: number;
  readonly outputs: number;
  readonly outputsFirst: boolean;
}

function noteDense(
  walk: OnnxUnits,
  node: OnnxNode,
  place: number,
  labels: Labels,
  { inputs, outputs, outputsFirst }: DenseShape,
  own: string | undefined,
): void {
  const layout: WeightLayout = {
    outputs,
    channels: inputs,
    taps: 1,
    base: 0,
    outputStride: outputsFirst ? inputs : 1,
    channelStride: outputsFirst ? 1 : outputs,
    tapStride: 0,
  };
  walk.book.use({
    weight: node.inputs[place]!,
    layout,
    input: node.inputs[0]!,
    channelAxis: -1,
    channelFrom: 0,
    window: undefined,
    bias: biasOf(walk, node, own, outputs),
    labels,
  });
}

/** Where a constant can be added to the outputs: the layer's own bias, one that is added next, or the mean that a normalisation takes off next. */
function biasOf(walk: OnnxUnits, node: OnnxNode, own: string | undefined, outputs: number): BiasPlace | undefined {
  const fits = (name: string | undefined) => {
    const tensor = name === undefined ? undefined : walk.stored(name);
    return tensor?.size === outputs && walk.readers(name!).length === 1 ? name : undefined;
  };
  if (own !== undefined && own !== '') {
    const tensor = fits(own);
    return tensor === undefined ? undefined : { tensor, from: 0, sign: 1 };
  }
  const next = walk.onlyReader(node.outputs[0]!);
  if (next?.op === 'Add') {
    const other = fits(next.inputs.find(name => name !== node.outputs[0]));
    const dims = other === undefined ? [] : walk.stored(other)!.dims;
    // A constant for each output, and not one for each position.
    const axis = node.op === 'MatMul' ? dims.length - 1 : dims.length - (walk.dims(node.outputs[0]!)?.length ?? 0) + 1;
    return other !== undefined && dims[axis] === outputs ? { tensor: other, from: 0, sign: 1 } : undefined;
  }
  if (next?.op === 'BatchNormalization' && node.op !== 'MatMul') {
    const mean = fits(next.inputs[3]);
    return mean === undefined ? undefined : { tensor: mean, from: 0, sign: -1 };
  }
  return undefined;
}

/** A stored or computed value that comes to the last axis. */
function addConstant(walk: OnnxUnits, name: string, n: Labels | null): void {
  const labels = walk.of(name)?.at(-1);
  if (labels === undefined || (labels === null && (walk.dims(name)?.at(-1) ?? 1) === 1)) return;
  walk.book.join(labels, n, FIXED);
}

const convolution: UnitRule = (node, walk) => {
  const { book } = walk;
  const x = walk.of(node.inputs[0]);
  const weight = walk.stored(node.inputs[1] ?? '');
  const w = walk.of(node.inputs[1]);
  if (x === undefined || weight === undefined || w === undefined || x.length < 3 || w.length !== x.length)
    return walk.keepInputs(node, 'The weights of a convolution are not stored as they are used.');
  const transposed = node.op === 'ConvTranspose';
  const groups = node.attributes.get('group')?.integer ?? 1;
  for (const labels of x.slice(2)) book.keep(labels, 'A convolution mixes positions.');
  const given = x[1]!;
  let output: Labels | null;
  if (groups === 1) {
    const [incoming, outgoing] = transposed ? [w[0]!, w[1]!] : [w[1]!, w[0]!];
    book.join(given, incoming, FIXED);
    output = outgoing;
    noteConvolution(walk, node, transposed, incoming);
  } else output = inGroups(walk, node, { groups, given, w, dims: weight.dims, transposed });
  if (some(output)) {
    const bias = walk.of(node.inputs[2]);
    if (bias !== undefined) book.join(bias[0]!, output, FIXED);
    book.gives(output, node.inputs[1]!, transposed && groups === 1 ? 1 : 0);
  }
  walk.set(node.outputs[0], [x[0]!, output, ...x.slice(2).map(() => null)]);
};

function some(labels: Labels | null): labels is Labels {
  return labels !== null;
}

/** Each group loses as many as the others; where a group is one channel, it goes with it. */
function inGroups(
  walk: OnnxUnits,
  node: OnnxNode,
  {
    groups,
    given,
    w,
    dims,
    transposed,
  }: {
    readonly groups: number;
    readonly given: Labels | null;
    readonly w: Axes;
    readonly dims: readonly number[];
    readonly transposed: boolean;
  },
): Labels | null {
  const { book } = walk;
  const channels = transposed ? dims[0]! : dims[1]! * groups;
  const outputs = transposed ? dims[1]! * groups : dims[0]!;
  const stays = 'A convolution in groups reads them with channels that stay.';
  if (given?.length !== channels || channels % groups !== 0 || outputs % groups !== 0) {
    book.keep(given, stays);
    book.keepAll(w, stays);
    return null;
  }
  const perGroup = outputs / groups;
  if (groups === channels) {
    const result = depthwiseOutputs(given, perGroup);
    if (transposed) {
      book.join(w[0]!, given, stays);
      book.keep(w[1]!, 'They stand for one channel each.');
    } else book.join(w[0]!, result, stays);
    walk.onChange([given], changes => changes.attribute(node, 'group', { integer: changes.kept(given) }));
    return result;
  }
  const width = channels / groups;
  if (transposed) {
    book.keep(given, stays);
    book.keepAll(w, stays);
    return null;
  }
  const out = w[0]!;
  equalGroups(book, { groups, given, incoming: w[1]!, width, outgoing: out, outputs });
  const taps = dims.slice(2).reduce((a, b) => a * b, 1);
  const window = windowOf(walk, node, false);
  if (window === undefined) book.keep(given, UNMEASURED);
  else
    for (let group = 0; group < groups; group++) {
      const from = group * perGroup;
      const bias = biasOf(walk, node, node.inputs[2], outputs);
      book.use({
        weight: node.inputs[1]!,
        layout: {
          outputs: perGroup,
          channels: width,
          taps,
          base: from * width * taps,
          outputStride: width * taps,
          channelStride: taps,
          tapStride: 1,
        },
        input: node.inputs[0]!,
        channelAxis: 1,
        channelFrom: group * width,
        window,
        bias: bias === undefined ? undefined : { ...bias, from },
        labels: given.slice(group * width, (group + 1) * width),
      });
    }
  return out;
}

function noteConvolution(walk: OnnxUnits, node: OnnxNode, transposed: boolean, labels: Labels | null): void {
  const dims = walk.stored(node.inputs[1]!)!.dims;
  const taps = dims.slice(2).reduce((a, b) => a * b, 1);
  const window = windowOf(walk, node, transposed);
  if (window === undefined) return walk.book.keep(labels, UNMEASURED);
  if (labels === null) return;
  const [channels, outputs] = transposed ? [dims[0]!, dims[1]!] : [dims[1]!, dims[0]!];
  walk.book.use({
    weight: node.inputs[1]!,
    layout: {
      outputs,
      channels,
      taps,
      base: 0,
      outputStride: transposed ? taps : channels * taps,
      channelStride: transposed ? outputs * taps : taps,
      tapStride: 1,
    },
    input: node.inputs[0]!,
    channelAxis: 1,
    channelFrom: 0,
    window,
    bias: biasOf(walk, node, node.inputs[2], outputs),
    labels,
  });
}

/** Undefined where the padding depends on sizes that are not known. */
function windowOf(walk: OnnxUnits, node: OnnxNode, transposed: boolean): KernelWindow | undefined {
  const dims = walk.stored(node.inputs[1]!)!.dims;
  const kernel = dims.slice(2);
  const list = (name: string) => node.attributes.get(name)?.integers;
  const ones = kernel.map(() => 1);
  const strides = list('strides') ?? ones;
  const dilations = list('dilations') ?? ones;
  const pads = list('pads') ?? [...ones, ...ones].map(() => 0);
  const auto = node.attributes.get('auto_pad')?.string ?? 'NOTSET';
  if (auto === 'NOTSET')
    return {
      kernel,
      strides,
      dilations,
      padsBefore: pads.slice(0, kernel.length),
      padsAfter: pads.slice(kernel.length),
      transposed,
    };
  if (auto === 'VALID')
    return { kernel, strides, dilations, padsBefore: ones.map(() => 0), padsAfter: ones.map(() => 0), transposed };
  if (transposed) return undefined;
  const sizes = walk.dims(node.inputs[0]!)?.slice(2);
  const totals = kernel.map((size, axis) => {
    const length = sizes?.[axis];
    if (typeof length !== 'number') return undefined;
    const stride = strides[axis]!;
    return Math.max(0, (Math.ceil(length / stride) - 1) * stride + (size - 1) * dilations[axis]! + 1 - length);
  });
  if (totals.some(total => total === undefined)) return undefined;
  const before = totals.map(total => (auto === 'SAME_LOWER' ? Math.ceil(total! / 2) : Math.floor(total! / 2)));
  return {
    kernel,
    strides,
    dilations,
    padsBefore: before,
    padsAfter: totals.map((total, axis) => total! - before[axis]!),
    transposed,
  };
}

const RECURRENT = 'Recurrent layers are left whole.';

const recurrent: UnitRule = (node, walk) => {
  walk.keepInputs(node, RECURRENT);
  const hidden = walk.of(node.inputs[2])?.[2];
  if (hidden !== undefined) walk.book.gives(hidden, node.inputs[2]!, 2);
};

/** A table that whole numbers look up: its columns are units, its rows stay. */
const gather: UnitRule = (node, walk) => {
  const { book } = walk;
  const rank = walk.rank(node.inputs[0]);
  const indices = walk.dims(node.inputs[1] ?? '');
  if (rank === undefined || indices === undefined)
    return walk.keepInputs(node, 'The shapes of a lookup are not known.');
  const asked = node.attributes.get('axis')?.integer ?? 0;
  const axis = asked < 0 ? asked + rank : asked;
  const chosen = walk.facts(node.inputs[1]!)?.values;
  if (chosen?.length === 1 && indices.length <= 1 && takePart(node, walk, axis, chosen[0], indices.length === 1))
    return;
  const table = walk.of(node.inputs[0])!;
  book.keep(table[axis] ?? null, 'They are looked up one by one.');
  const stored = walk.stored(node.inputs[0]!);
  if (stored !== undefined && table.length === 2 && axis === 0) book.gives(table[1]!, node.inputs[0]!, 1);
  walk.set(node.outputs[0], [...table.slice(0, axis), ...indices.map(() => null), ...table.slice(axis + 1)]);
};

export const LINEAR_RULES: readonly (readonly [string, UnitRule])[] = [
  ['Gemm', gemm],
  ['MatMul', matMul],
  ['Conv', convolution],
  ['ConvTranspose', convolution],
  ['LSTM', recurrent],
  ['GRU', recurrent],
  ['RNN', recurrent],
  ['Gather', gather],
];
