import type { StoredType } from '../model';
import type { Dimension } from './protocol';
import { elementKind } from './elementTypes';
import { add, broadcast, divide, multiply } from './shapeArithmetic';
import type { NodeShapes, ShapeRule } from './shapes';

const table = (names: string, rule: ShapeRule): [string, ShapeRule][] =>
  names
    .trim()
    .split(/\s+/)
    .map(name => [name, rule]);

/** The first output is as the first input. */
const same: ShapeRule = shapes => shapes.output(0, shapes.dims(0), undefined, undefined);

const sameWithValues: ShapeRule = shapes => shapes.output(0, shapes.dims(0), undefined, shapes.input(0)?.values);

const asBool: ShapeRule = shapes => shapes.output(0, shapes.dims(0), 'bool');

const all = (shapes: NodeShapes) => shapes.node.inputs.map((_, index) => shapes.dims(index));

const broadcasting: ShapeRule = shapes => shapes.output(0, broadcast(all(shapes)));

const comparing: ShapeRule = shapes => shapes.output(0, broadcast(all(shapes)), 'bool');

function calculating(calculate: (a: Dimension, b: Dimension) => Dimension): ShapeRule {
  return shapes => {
    const a = shapes.input(0)?.values;
    const b = shapes.input(1)?.values;
    const length = Math.max(a?.length ?? 0, b?.length ?? 0);
    const fits = a !== undefined && b !== undefined && [a, b].every(v => v.length === length || v.length === 1);
    const values = fits
      ? Array.from({ length }, (_, i) => calculate(a[a.length === 1 ? 0 : i]!, b[b.length === 1 ? 0 : i]!))
      : undefined;
    shapes.output(0, broadcast(all(shapes)), undefined, values);
  };
}

/** Whole numbers alone have values here, so a cast to a float forgets nothing but their type. */
const cast: ShapeRule = shapes =>
  shapes.output(0, shapes.dims(0), elementKind(shapes.integer('to', 0))?.type, shapes.input(0)?.values);

const where: ShapeRule = shapes => shapes.output(0, broadcast(all(shapes)), shapes.input(1)?.type);

const quantized = (index: number, otherwise: StoredType): ShapeRule => {
  return shapes => shapes.output(0, shapes.dims(0), shapes.input(index)?.type ?? otherwise);
};

export const ELEMENTWISE_RULES: readonly [string, ShapeRule][] = [
  ...table(
    `Abs Acos Acosh Asin Asinh Atan Atanh Affine Ceil Celu Clip Cos Cosh Elu Erf Exp Floor Gelu HardSigmoid HardSwish Hardmax
     ImageScaler LeakyRelu Log LogSoftmax LpNormalization LRN MeanVarianceNormalization Mish Neg Not ParametricSoftplus
     Reciprocal Relu Round ScaledTanh Selu Shrink Sigmoid Sign Sin Sinh Softmax Softplus Softsign Sqrt Swish Tan Tanh
     ThresholdedRelu BatchNormalization InstanceNormalization GroupNormalization LayerNormalization RMSNormalization
     SimplifiedLayerNormalization BiasGelu FastGelu QuickGelu BiasSoftmax BiasDropout BitmaskDropout SkipLayerNormalization
     SkipSimplifiedLayerNormalization GroupNorm BitwiseNot CumSum CumProd Trilu ReverseSequence Scatter ScatterElements
     ScatterND TensorScatter RotaryEmbedding Bernoulli RandomNormalLike RandomUniformLike EyeLike
     QLinearSigmoid QLinearLeakyRelu QLinearSoftmax Dropout Inverse`,
    same,
  ),
  ...table('Identity Optional OptionalGetElement', sameWithValues),
  ...table('IsNaN IsInf', asBool),
  ...table('Pow Mod Min Max Mean PRelu BitShift BitwiseAnd BitwiseOr BitwiseXor BiasAdd', broadcasting),
  ...table('And Or Xor Equal Less LessOrEqual Greater GreaterOrEqual', comparing),
  ['Add', calculating(add)],
  ['Sum', broadcasting],
  ['Sub', calculating((a, b) => (typeof b === 'number' ? add(a, -b) : null))],
  ['Mul', calculating(multiply)],
  ['Div', calculating(divide)],
  ['Cast', cast],
  ['CastLike', shapes => shapes.output(0, shapes.dims(0), shapes.input(1)?.type, shapes.input(0)?.values)],
  ['Where', where],
  ['QuantizeLinear', quantized(2, 'uint8')],
  ['DequantizeLinear', quantized(1, 'float32')],
  [
    'DynamicQuantizeLinear',
    shapes => {
      shapes.output(0, shapes.dims(0), 'uint8');
      shapes.output(1, [], 'float32');
      shapes.output(2, [], 'uint8');
    },
  ],
  // Quantised sums: (A, scale, zero point, B, scale, zero point, …).
  ...table('QLinearAdd QLinearMul', shapes => shapes.output(0, broadcast([shapes.dims(0), shapes.dims(3)]))),
];
