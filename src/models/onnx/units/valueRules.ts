import { elementwise } from '../../units/axes';
import type { OnnxUnits, UnitRule } from './onnxUnits';
import type { OnnxNode } from '../protocol';

const words = (text: string) => text.trim().split(/\s+/);

/** Each value depends on that in its place alone. */
const SINGLE = words(`
  Relu LeakyRelu Sigmoid Tanh Erf Elu Selu Celu Gelu FastGelu QuickGelu Softplus Softsign HardSigmoid HardSwish Mish Swish ThresholdedRelu Shrink
  Clip Abs Neg Exp Log Sqrt Reciprocal Floor Ceil Round Sign Identity Cast Dropout Not IsNaN IsInf Sin Cos Tan Atan Sinh Cosh
  BiasGelu`);

const MIXED = words(
  'Add Sub Mul Div Pow Min Max Sum Mean Where PRelu Mod Greater Less Equal GreaterOrEqual LessOrEqual And Or Xor',
);

const BESIDE = 'They are combined with values that stay.';

const single: UnitRule = (node, walk) => {
  const axes = walk.of(node.inputs[0]);
  // Limits of Clip are single numbers; what comes beside the values of others is not followed.
  if (node.op === 'BiasGelu') return mixed(node, walk);
  if (axes !== undefined) walk.set(node.outputs[0], axes);
};

const mixed: UnitRule = (node, walk) => {
  const inputs = node.inputs.filter(name => name !== '').map(name => ({ axes: walk.of(name), dims: walk.dims(name) }));
  if (inputs.some(input => input.axes === undefined || input.dims === undefined))
    return walk.keepInputs(node, 'The shapes of what is combined are not known.');
  walk.set(
    node.outputs[0],
    elementwise(
      walk.book,
      inputs.map(input => ({ axes: input.axes!, dims: input.dims! })),
      BESIDE,
    ),
  );
};

/** Works on each channel, the second axis, by itself. */
const byChannel: UnitRule = (node, walk) => {
  const axes = walk.of(node.inputs[0]);
  if (axes === undefined) return;
  for (const labels of axes.slice(2)) walk.book.keep(labels, 'Positions are mixed.');
  walk.set(
    node.outputs[0],
    axes.map((labels, axis) => (axis < 2 ? labels : null)),
  );
};

const batchNormalization: UnitRule = (node, walk) => {
  const axes = walk.of(node.inputs[0]);
  if (axes === undefined) return walk.keepInputs(node, 'The shape of what is normalised is not known.');
  const channel = axes[1] ?? null;
  for (const name of node.inputs.slice(1)) {
    const own = walk.of(name)?.[0];
    if (own !== undefined && (own !== null || channel !== null)) walk.book.join(own, channel, BESIDE);
  }
  if (node.op === 'InstanceNormalization') return byChannel(node, walk);
  walk.set(node.outputs[0], axes);
};

const normalisedTogether =
  (from: (node: OnnxNode, walk: OnnxUnits) => number): UnitRule =>
  (node, walk) => {
    const axes = walk.of(node.inputs[0]);
    if (axes === undefined) return walk.keepInputs(node, TOGETHER);
    const asked = from(node, walk);
    const first = asked < 0 ? asked + axes.length : asked;
    axes.forEach((labels, axis) => {
      if (axis >= first) walk.book.keep(labels, TOGETHER);
    });
    for (const name of node.inputs.slice(1)) walk.book.keepAll(walk.of(name), TOGETHER);
    walk.set(
      node.outputs[0],
      axes.map((labels, axis) => (axis < first ? labels : null)),
    );
  };

const TOGETHER = 'They are normalised together: without some of them the others would have other values.';

const softmax: UnitRule = (node, walk) => {
  const axes = walk.of(node.inputs[0]);
  if (axes === undefined) return;
  const opset = walk.model.file.opsets.get('') ?? 1;
  const asked = node.attributes.get('axis')?.integer ?? (opset < 13 ? 1 : -1);
  const axis = asked < 0 ? asked + axes.length : asked;
  const reason = 'They are shares of one sum (softmax).';
  const summed = (at: number) => (opset < 13 ? at >= axis : at === axis);
  axes.forEach((labels, at) => {
    if (summed(at)) walk.book.keep(labels, reason);
  });
  walk.set(node.outputs[0], axes);
};

const none: UnitRule = () => {};

export const VALUE_RULES: readonly (readonly [string, UnitRule])[] = [
  ...SINGLE.map((op): [string, UnitRule] => [op, single]),
  ...MIXED.map((op): [string, UnitRule] => [op, mixed]),
  ...words('MaxPool AveragePool LpPool GlobalAveragePool GlobalMaxPool GlobalLpPool').map((op): [string, UnitRule] => [
    op,
    byChannel,
  ]),
  ['BatchNormalization', batchNormalization],
  ['InstanceNormalization', batchNormalization],
  ...words('LayerNormalization RMSNormalization SimplifiedLayerNormalization').map((op): [string, UnitRule] => [
    op,
    normalisedTogether(node => node.attributes.get('axis')?.integer ?? -1),
  ]),
  ...words('GroupNormalization GroupNorm LRN MeanVarianceNormalization SkipLayerNormalization').map(
    (op): [string, UnitRule] => [op, normalisedTogether(() => 1)],
  ),
  ...words('Softmax LogSoftmax Hardmax').map((op): [string, UnitRule] => [op, softmax]),
  // Sizes alone are read.
  ...words('Shape Size Constant ConstantOfShape Range').map((op): [string, UnitRule] => [op, none]),
];
