import type { Dimension } from './protocol';
import { elementKind } from './elementTypes';
import { add, axisIn, broadcast, divide, inferred, multiply, product } from './shapeArithmetic';
import type { NodeShapes, ShapeRule } from './shapes';

type Dims = readonly Dimension[];

const unknown = (rank: number): Dimension[] => new Array<Dimension>(rank).fill(null);

/** A list that older opsets keep in an attribute and newer ones in an input. */
function list(shapes: NodeShapes, name: string, input: number): Dims | undefined {
  return shapes.integers(name) ?? shapes.input(input)?.values;
}

/** Axes of a list, counted from the start; `undefined` where one is unknown or outside. */
function axes(values: Dims | undefined, rank: number): number[] | undefined {
  const found = values?.map(axis => (typeof axis === 'number' ? axisIn(axis, rank) : undefined));
  return found?.every(axis => axis !== undefined) === true ? found : undefined;
}

const reshape: ShapeRule = shapes => {
  const from = shapes.dims(0);
  const asked = list(shapes, 'shape', 1);
  if (asked === undefined) {
    const length = shapes.dims(1)?.[0];
    shapes.output(0, typeof length === 'number' && length <= 64 ? unknown(length) : undefined);
    return;
  }
  const copied = asked.map((dim, axis) =>
    dim === 0 && shapes.integer('allowzero', 0) === 0 ? (from?.[axis] ?? null) : dim,
  );
  const at = copied.indexOf(-1);
  if (at >= 0) {
    const others = copied.filter((_, axis) => axis !== at);
    copied[at] = from === undefined ? null : inferred(from, others);
  }
  shapes.output(0, copied, undefined, copied.length <= 1 ? shapes.input(0)?.values : undefined);
};

const flatten: ShapeRule = shapes => {
  const dims = shapes.dims(0);
  if (dims === undefined) return shapes.output(0, [null, null]);
  const axis = shapes.integer('axis', 1);
  const at = axis < 0 ? axis + dims.length : axis;
  shapes.output(0, [product(dims.slice(0, at)), product(dims.slice(at))]);
};

const transpose: ShapeRule = shapes => {
  const dims = shapes.dims(0);
  const order = shapes.integers('perm') ?? dims?.map((_, axis) => dims.length - 1 - axis);
  if (dims !== undefined && order !== undefined)
    shapes.output(
      0,
      order.map(axis => dims[axis] ?? null),
    );
  else if (order !== undefined) shapes.output(0, unknown(order.length));
};

const squeeze: ShapeRule = shapes => {
  const dims = shapes.dims(0);
  const values = shapes.input(0)?.values;
  const given = list(shapes, 'axes', 1);
  if (dims === undefined) return;
  const gone = given === undefined ? dims.flatMap((dim, axis) => (dim === 1 ? [axis] : [])) : axes(given, dims.length);
  if (gone === undefined || (given === undefined && (shapes.node.inputs[1] ?? '') !== '')) return;
  shapes.output(
    0,
    dims.filter((_, axis) => !gone.includes(axis)),
    undefined,
    values,
  );
};

const unsqueeze: ShapeRule = shapes => {
  const dims = shapes.dims(0);
  const given = list(shapes, 'axes', 1);
  if (dims === undefined || given === undefined) return;
  const rank = dims.length + given.length;
  const added = axes(given, rank);
  if (added === undefined) return;
  const rest = [...dims];
  const result = Array.from({ length: rank }, (_, axis) => (added.includes(axis) ? 1 : (rest.shift() ?? null)));
  shapes.output(0, result, undefined, rank <= 1 ? shapes.input(0)?.values : undefined);
};

const concat: ShapeRule = shapes => {
  const parts = shapes.node.inputs.map((_, index) => shapes.dims(index));
  const first = parts.find(dims => dims !== undefined);
  if (first === undefined) return;
  const axis = axisIn(shapes.integer('axis', 1), first.length);
  if (axis === undefined) return;
  const whole = parts.every(dims => dims !== undefined);
  const result = first.map((_, at) => {
    if (at === axis) return whole ? parts.map(dims => dims[at] ?? null).reduce(add) : null;
    const known = parts.map(dims => dims?.[at]);
    return known.find(dim => typeof dim === 'number') ?? known.find(dim => typeof dim === 'string') ?? null;
  });
  const values = shapes.node.inputs.map((_, index) => shapes.input(index)?.values);
  const known = first.length === 1 && values.every(list => list !== undefined);
  shapes.output(0, result, undefined, known ? values.flatMap(list => [...list]) : undefined);
};

const split: ShapeRule = shapes => {
  const dims = shapes.dims(0);
  if (dims === undefined) return;
  const axis = axisIn(shapes.integer('axis', 0), dims.length);
  const sizes = list(shapes, 'split', 1);
  const count = shapes.node.outputs.length;
  if (axis === undefined) return;
  const length = dims[axis] ?? null;
  shapes.node.outputs.forEach((_, index) => {
    let size = sizes?.[index] ?? null;
    if (sizes === undefined && typeof length === 'number') {
      const each = Math.ceil(length / count);
      size = index < count - 1 ? each : length - each * (count - 1);
    }
    shapes.output(
      index,
      dims.map((dim, at) => (at === axis ? size : dim)),
    );
  });
};

const slice: ShapeRule = shapes => {
  const dims = shapes.dims(0);
  if (dims === undefined) return;
  const starts = list(shapes, 'starts', 1);
  const ends = list(shapes, 'ends', 2);
  const given = list(shapes, 'axes', 3) ?? starts?.map((_, index) => index);
  const along = axes(given, dims.length);
  const steps = shapes.input(4)?.values;
  const result: Dimension[] = along === undefined ? unknown(dims.length) : [...dims];
  along?.forEach((axis, index) => {
    const [start, end, step] = [starts?.[index] ?? null, ends?.[index] ?? null, steps?.[index] ?? 1];
    const length = dims[axis] ?? null;
    result[axis] = sliced(length, start, end, step);
  });
  const values = shapes.input(0)?.values;
  let kept: Dims | undefined;
  if (values !== undefined && dims.length === 1 && along?.[0] === 0) {
    const [start, end, step] = [starts?.[0], ends?.[0], steps?.[0] ?? 1];
    if (typeof start === 'number' && typeof end === 'number' && step === 1) kept = values.slice(start, end);
  }
  shapes.output(0, result, undefined, kept);
};

function sliced(length: Dimension, start: Dimension, end: Dimension, step: Dimension): Dimension {
  if (typeof start !== 'number' || typeof step !== 'number' || step === 0) return null;
  // The first so-many of a free dimension are as many as asked for, or an end beyond all lengths keeps it.
  if (typeof length !== 'number')
    return start === 0 && step === 1 && typeof end === 'number' && end >= 0x7fff_ffff ? length : null;
  if (end === null && start === 0) return null;
  if (typeof end === 'string') return start === 0 && step === 1 ? end : null;
  if (end === null) return null;
  const clamp = (value: number, low: number, high: number) =>
    Math.min(Math.max(value < 0 ? value + length : value, low), high);
  return step > 0
    ? Math.max(0, Math.ceil((clamp(end, 0, length) - clamp(start, 0, length)) / step))
    : Math.max(0, Math.ceil((clamp(end, -1, length - 1) - clamp(start, 0, length - 1)) / step));
}

const gather: ShapeRule = shapes => {
  const data = shapes.dims(0);
  const indices = shapes.dims(1);
  if (data === undefined || indices === undefined) return;
  const axis = axisIn(shapes.integer('axis', 0), data.length);
  if (axis === undefined) return;
  const values = shapes.input(0)?.values;
  const chosen = shapes.input(1)?.values?.map(at => {
    const from = typeof at === 'number' && values !== undefined ? axisIn(at, values.length) : undefined;
    return from === undefined ? null : (values![from] ?? null);
  });
  const dims = [...data.slice(0, axis), ...indices, ...data.slice(axis + 1)];
  shapes.output(0, dims, undefined, values === undefined ? undefined : chosen);
};

const expand: ShapeRule = shapes => {
  const asked = shapes.input(1)?.values;
  const length = shapes.dims(1)?.[0];
  const target = asked ?? (typeof length === 'number' && length <= 64 ? unknown(length) : undefined);
  shapes.output(0, broadcast([shapes.dims(0), target]), undefined, undefined);
};

const tile: ShapeRule = shapes => {
  const repeats = shapes.input(1)?.values;
  shapes.output(
    0,
    shapes.dims(0)?.map((dim, axis) => multiply(dim, repeats?.[axis] ?? null)),
  );
};

const pad: ShapeRule = shapes => {
  const dims = shapes.dims(0);
  const pads = shapes.integers('pads') ?? shapes.integers('paddings') ?? shapes.input(1)?.values;
  if (dims === undefined) return;
  const given =
    (shapes.node.inputs[3] ?? '') === '' ? dims.map((_, axis) => axis) : axes(shapes.input(3)?.values, dims.length);
  const result = dims.map((dim, axis) => {
    if (given === undefined || pads === undefined) return null;
    const at = given.indexOf(axis);
    if (at < 0) return dim;
    return add(add(dim, pads[at] ?? null), pads[at + given.length] ?? null);
  });
  shapes.output(0, result);
};

const resize: ShapeRule = shapes => {
  const dims = shapes.dims(0);
  if (dims === undefined) return;
  const sizes = shapes.node.op === 'Resize' ? shapes.input(3)?.values : undefined;
  const along = axes(shapes.integers('axes'), dims.length) ?? dims.map((_, axis) => axis);
  const result: Dimension[] = unknown(dims.length);
  // Resize of opset 10, and Upsample, have the scales second; later ones after the region of interest.
  const scales = shapes.floats(shapes.node.op === 'Resize' && shapes.node.inputs.length > 2 ? 2 : 1);
  dims.forEach((dim, axis) => {
    const at = along.indexOf(axis);
    const scale = scales?.[at];
    if (at < 0) result[axis] = dim;
    else if (sizes === undefined && scale !== undefined)
      result[axis] = scale === 1 ? dim : typeof dim === 'number' ? Math.floor(dim * scale) : null;
    else if (sizes !== undefined && shapes.attribute('keep_aspect_ratio_policy') === undefined)
      result[axis] = sizes[at] ?? null;
  });
  shapes.output(0, result);
};

/** DepthToSpace moves channels into positions by blocks; SpaceToDepth back. */
function blocks(toSpace: boolean): ShapeRule {
  return shapes => {
    const dims = shapes.dims(0);
    const size = shapes.integer('blocksize', 1);
    if (dims?.length !== 4) return;
    const [n, c, h, w] = dims as readonly [Dimension, Dimension, Dimension, Dimension];
    const area = size * size;
    shapes.output(
      0,
      toSpace
        ? [n, divide(c, area), multiply(h, size), multiply(w, size)]
        : [n, multiply(c, area), divide(h, size), divide(w, size)],
    );
  };
}

const reduce: ShapeRule = shapes => {
  const dims = shapes.dims(0);
  if (dims === undefined) return;
  const given = list(shapes, 'axes', 1);
  const keep = shapes.integer('keepdims', 1) === 1;
  const someInput = (shapes.node.inputs[1] ?? '') !== '';
  if (given === undefined && someInput) return shapes.output(0, keep ? unknown(dims.length) : undefined);
  const none = given === undefined || given.length === 0;
  if (none && shapes.integer('noop_with_empty_axes', 0) === 1) return shapes.output(0, dims);
  const along = none ? dims.map((_, axis) => axis) : axes(given, dims.length);
  if (along === undefined) return;
  shapes.output(
    0,
    keep ? dims.map((dim, axis) => (along.includes(axis) ? 1 : dim)) : dims.filter((_, axis) => !along.includes(axis)),
  );
};

const argument: ShapeRule = shapes => {
  const dims = shapes.dims(0);
  const axis = dims === undefined ? undefined : axisIn(shapes.integer('axis', 0), dims.length);
  if (dims === undefined || axis === undefined) return shapes.output(0, undefined, 'int64');
  const keep = shapes.integer('keepdims', 1) === 1;
  shapes.output(
    0,
    keep ? dims.map((dim, at) => (at === axis ? 1 : dim)) : dims.filter((_, at) => at !== axis),
    'int64',
  );
};

const topK: ShapeRule = shapes => {
  const dims = shapes.dims(0);
  const axis = dims === undefined ? undefined : axisIn(shapes.integer('axis', -1), dims.length);
  if (dims === undefined || axis === undefined) return;
  const count = shapes.attribute('k')?.integer ?? shapes.input(1)?.values?.[0] ?? null;
  const result = dims.map((dim, at) => (at === axis ? count : dim));
  shapes.output(0, result);
  shapes.output(1, result, 'int64');
};

const shape: ShapeRule = shapes => {
  const dims = shapes.dims(0);
  if (dims === undefined) return shapes.output(0, [null], 'int64');
  const kept = dims.slice(shapes.integer('start', 0), shapes.attribute('end')?.integer ?? dims.length);
  shapes.output(0, [kept.length], 'int64', kept);
};

const constant: ShapeRule = shapes => {
  const tensor = shapes.constant('value');
  if (tensor !== undefined) return shapes.output(0, tensor.dims, tensor.type, tensor.values);
  const integer = shapes.attribute('value_int')?.integer;
  if (integer !== undefined) return shapes.output(0, [], 'int64', [integer]);
  const integers = shapes.integers('value_ints');
  if (integers !== undefined) return shapes.output(0, [integers.length], 'int64', integers);
  const floats = shapes.attribute('value_floats')?.floats;
  if (floats !== undefined) return shapes.output(0, [floats.count], 'float32');
  if (shapes.attribute('value_float') !== undefined) return shapes.output(0, [], 'float32');
  shapes.output(0, undefined, shapes.attribute('value_string') === undefined ? undefined : 'str');
};

const constantOfShape: ShapeRule = shapes => {
  const value = shapes.constant('value');
  const dims = shapes.input(0)?.values;
  const length = dims?.length === 1 && typeof dims[0] === 'number' && dims[0] <= 256 ? dims[0] : undefined;
  const values = length === undefined ? undefined : value === undefined ? undefined : value.values;
  const repeated = values?.length === 1 ? new Array<Dimension>(length!).fill(values[0]!) : undefined;
  shapes.output(0, dims, value?.type ?? 'float32', repeated);
};

const range: ShapeRule = shapes => {
  const [start, limit, delta] = [0, 1, 2].map(index => shapes.input(index)?.values?.[0] ?? null) as [
    Dimension,
    Dimension,
    Dimension,
  ];
  const whole = [start, limit, delta].every(value => typeof value === 'number') && delta !== 0;
  if (whole) {
    const length = Math.max(0, Math.ceil(((limit as number) - (start as number)) / (delta as number)));
    const values =
      length <= 256 ? Array.from({ length }, (_, i) => (start as number) + i * (delta as number)) : undefined;
    shapes.output(0, [length], undefined, values);
  } else shapes.output(0, [start === 0 && delta === 1 ? limit : null]);
};

const oneHot: ShapeRule = shapes => {
  const dims = shapes.dims(0);
  if (dims === undefined) return;
  const axis = axisIn(shapes.integer('axis', -1), dims.length + 1) ?? dims.length;
  const depth = shapes.input(1)?.values?.[0] ?? null;
  shapes.output(0, [...dims.slice(0, axis), depth, ...dims.slice(axis)], shapes.input(2)?.type);
};

const gatherND: ShapeRule = shapes => {
  const data = shapes.dims(0);
  const indices = shapes.dims(1);
  const depth = indices?.at(-1);
  if (data === undefined || indices === undefined || typeof depth !== 'number') return;
  shapes.output(0, [...indices.slice(0, -1), ...data.slice(depth + shapes.integer('batch_dims', 0))]);
};

export const STRUCTURE_RULES: readonly [string, ShapeRule][] = [
  ['Reshape', reshape],
  ['Flatten', flatten],
  ['Transpose', transpose],
  ['Squeeze', squeeze],
  ['Unsqueeze', unsqueeze],
  ['Concat', concat],
  ['Split', split],
  ['Slice', slice],
  ['Gather', gather],
  ['GatherElements', shapes => shapes.output(0, shapes.dims(1))],
  ['GatherND', gatherND],
  ['Expand', expand],
  ['Tile', tile],
  ['Pad', pad],
  ['Resize', resize],
  ['Upsample', resize],
  ['DepthToSpace', blocks(true)],
  ['SpaceToDepth', blocks(false)],
  ...['L1', 'L2', 'LogSum', 'LogSumExp', 'Max', 'Mean', 'Min', 'Prod', 'Sum', 'SumSquare'].map(
    (name): [string, ShapeRule] => [`Reduce${name}`, reduce],
  ),
  ['ArgMax', argument],
  ['ArgMin', argument],
  ['TopK', topK],
  ['Shape', shape],
  ['Size', shapes => shapes.output(0, [], 'int64', [product(shapes.dims(0) ?? [null])])],
  ['Constant', constant],
  ['ConstantOfShape', constantOfShape],
  ['Range', range],
  ['OneHot', oneHot],
  ['NonZero', shapes => shapes.output(0, [shapes.dims(0)?.length ?? null, null], 'int64')],
  ['RandomNormal', shapes => shapes.output(0, shapes.integers('shape'), elementKind(shapes.integer('dtype', 1))?.type)],
  [
    'RandomUniform',
    shapes => shapes.output(0, shapes.integers('shape'), elementKind(shapes.integer('dtype', 1))?.type),
  ],
];
