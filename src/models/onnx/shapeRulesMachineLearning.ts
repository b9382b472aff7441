import type { NodeShapes, ShapeRule } from './shapes';

const rows = (shapes: NodeShapes) => shapes.dims(0)?.[0] ?? null;

const labels = (shapes: NodeShapes) => {
  const text = shapes.attribute('classlabels_strings')?.strings;
  const whole = shapes.integers('classlabels_ints') ?? shapes.integers('classlabels_int64s');
  return {
    count: text?.length ?? whole?.length ?? null,
    type: text === undefined ? ('int64' as const) : ('str' as const),
  };
};

const classifier: ShapeRule = shapes => {
  const { count, type } = labels(shapes);
  shapes.output(0, [rows(shapes)], type);
  shapes.output(1, [rows(shapes), count], 'float32');
};

const regressor: ShapeRule = shapes => {
  const targets = shapes.integer('targets', shapes.integer('n_targets', 1));
  shapes.output(0, [rows(shapes), targets], 'float32');
};

const sameAsFloat: ShapeRule = shapes => shapes.output(0, shapes.dims(0), 'float32');

/** Operators of ai.onnx.ml, as scikit-learn's converter writes them. */
export const ML_RULES: readonly [string, ShapeRule][] = [
  ['ml.LinearClassifier', classifier],
  ['ml.SVMClassifier', classifier],
  ['ml.TreeEnsembleClassifier', classifier],
  ['ml.LinearRegressor', regressor],
  ['ml.SVMRegressor', regressor],
  ['ml.TreeEnsembleRegressor', regressor],
  ['ml.TreeEnsemble', regressor],
  ['ml.Scaler', sameAsFloat],
  ['ml.Normalizer', sameAsFloat],
  ['ml.Binarizer', shapes => shapes.output(0, shapes.dims(0))],
  ['ml.Imputer', shapes => shapes.output(0, shapes.dims(0))],
  [
    'ml.LabelEncoder',
    shapes => {
      const keys = ['values_strings', 'values_int64s', 'values_floats'] as const;
      const types = { values_strings: 'str', values_int64s: 'int64', values_floats: 'float32' } as const;
      const key = keys.find(name => shapes.attribute(name) !== undefined);
      shapes.output(0, shapes.dims(0), key === undefined ? undefined : types[key]);
    },
  ],
  [
    'ml.ArrayFeatureExtractor',
    shapes => {
      const dims = shapes.dims(0);
      const chosen = shapes.dims(1);
      if (dims !== undefined && chosen !== undefined) shapes.output(0, [...dims.slice(0, -1), chosen.at(-1) ?? null]);
    },
  ],
  [
    'ml.OneHotEncoder',
    shapes => {
      const dims = shapes.dims(0);
      const count = shapes.attribute('cats_strings')?.strings?.length ?? shapes.integers('cats_int64s')?.length ?? null;
      if (dims !== undefined) shapes.output(0, [...dims, count], 'float32');
    },
  ],
  [
    'ml.FeatureVectorizer',
    shapes => {
      const widths = shapes.integers('inputdimensions');
      shapes.output(0, [rows(shapes), widths === undefined ? null : widths.reduce((a, b) => a + b, 0)], 'float32');
    },
  ],
];
