import { concatenated, reshaped, type Dim } from '../../units/axes';
import type { Axes, Labels } from '../../units/unitBook';
import type { OnnxNode } from '../protocol';
import type { OnnxUnits, UnitRule } from './onnxUnits';

const UNKNOWN = 'Their place in another shape cannot be told.';
const CUT = 'A part of them is cut out.';

const labelled = (axes: Axes | undefined) => axes?.some(labels => labels !== null) === true;

const reshape: UnitRule = (node, walk) => {
  const axes = walk.of(node.inputs[0]);
  const [from, to] = [walk.dims(node.inputs[0]!), walk.dims(node.outputs[0]!)];
  if (axes === undefined || from === undefined || to === undefined) return walk.keepInputs(node, UNKNOWN);
  const result = reshaped(walk.book, axes, from, to, UNKNOWN);
  walk.set(node.outputs[0], result);
  if (node.op === 'Reshape' && labelled(result)) writeShape(node, walk, { from, to, result });
};

/** The new shape: known sizes, 0 for those that the input has in the same place, and at most one −1. */
function writeShape(
  node: OnnxNode,
  walk: OnnxUnits,
  { from, to, result }: { readonly from: readonly Dim[]; readonly to: readonly Dim[]; readonly result: Axes },
): void {
  const copies = node.attributes.get('allowzero')?.integer !== 1;
  const entries = to.map((dim, axis) => {
    if (result[axis] !== null) return 'left';
    if (typeof dim === 'number') return dim;
    return copies && dim !== null && dim === from[axis] ? 0 : -1;
  });
  if (node.inputs.length < 2 || entries.filter(entry => entry === -1).length > 1) {
    for (const labels of result) walk.book.keep(labels, UNKNOWN);
    return;
  }
  const asked = walk.facts(node.inputs[1]!)?.values;
  // Sizes that the file leaves open follow by themselves.
  if (asked?.length === to.length && result.every((labels, axis) => labels === null || asked[axis] === -1)) return;
  walk.onChange(result, changes => {
    const before = result.map(labels => labels?.length);
    const after = result.map(labels => labels && changes.kept(labels));
    if (before.every((size, axis) => size === undefined || size === after[axis])) return;
    changes.integers(
      node,
      1,
      entries.map((entry, axis) => (entry === 'left' ? after[axis]! : entry)),
    );
  });
}

const flatten: UnitRule = (node, walk) => {
  const axes = walk.of(node.inputs[0]);
  const from = walk.dims(node.inputs[0]!);
  if (axes === undefined || from === undefined) return walk.keepInputs(node, UNKNOWN);
  const asked = node.attributes.get('axis')?.integer ?? 1;
  const cut = asked < 0 ? asked + axes.length : asked;
  const part = (start: number, end: number): Labels | null => {
    const sizes = from.slice(start, end);
    const own = axes.slice(start, end);
    if (!labelled(own)) return null;
    if (own.length === 1) return own[0]!;
    const size = sizes.every(dim => typeof dim === 'number') ? sizes.reduce<number>((a, b) => a * b, 1) : null;
    return reshaped(walk.book, own, sizes, [size], UNKNOWN)[0]!;
  };
  walk.set(node.outputs[0], [part(0, cut), part(cut, axes.length)]);
};

const transpose: UnitRule = (node, walk) => {
  const axes = walk.of(node.inputs[0]);
  if (axes === undefined) return;
  const order = node.attributes.get('perm')?.integers ?? axes.map((_, axis) => axes.length - 1 - axis);
  walk.set(
    node.outputs[0],
    order.map(axis => axes[axis] ?? null),
  );
};

/** Axes in an attribute of older opsets, or an input of newer ones. */
function axesOf(node: OnnxNode, walk: OnnxUnits, place: number, rank: number): readonly number[] | undefined {
  const given = node.attributes.get('axes')?.integers ?? walk.facts(node.inputs[place] ?? '')?.values;
  if (given?.every((axis): axis is number => typeof axis === 'number') !== true) return undefined;
  return given.map(axis => (axis < 0 ? axis + rank : axis));
}

const squeeze: UnitRule = (node, walk) => {
  const axes = walk.of(node.inputs[0]);
  if (axes === undefined) return;
  const dims = walk.dims(node.inputs[0]!);
  const listed = node.attributes.has('axes') || (node.inputs[1] ?? '') !== '';
  const gone = listed ? axesOf(node, walk, 1, axes.length) : dims?.flatMap((dim, axis) => (dim === 1 ? [axis] : []));
  if (gone === undefined) return walk.keepInputs(node, UNKNOWN);
  walk.set(
    node.outputs[0],
    axes.filter((_, axis) => !gone.includes(axis)),
  );
};

const unsqueeze: UnitRule = (node, walk) => {
  const axes = walk.of(node.inputs[0]);
  if (axes === undefined) return;
  const count = (node.attributes.get('axes')?.integers ?? walk.facts(node.inputs[1] ?? '')?.values)?.length;
  const places = count === undefined ? undefined : axesOf(node, walk, 1, axes.length + count);
  if (places === undefined) return walk.keepInputs(node, UNKNOWN);
  const rest = [...axes];
  walk.set(
    node.outputs[0],
    Array.from({ length: axes.length + places.length }, (_, axis) =>
      places.includes(axis) ? null : (rest.shift() ?? null),
    ),
  );
};

const reduce: UnitRule = (node, walk) => {
  const axes = walk.of(node.inputs[0]);
  if (axes === undefined) return;
  const listed = node.attributes.has('axes') || (node.inputs[1] ?? '') !== '';
  const found = listed ? axesOf(node, walk, 1, axes.length) : axes.map((_, axis) => axis);
  if (found === undefined) return walk.keepInputs(node, UNKNOWN);
  if (!listed && node.attributes.get('noop_with_empty_axes')?.integer === 1) return walk.set(node.outputs[0], axes);
  for (const axis of found) walk.book.keep(axes[axis] ?? null, 'One value is made of all of them.');
  const stays = node.attributes.get('keepdims')?.integer !== 0;
  walk.set(
    node.outputs[0],
    axes.flatMap((labels, axis) => (found.includes(axis) ? (stays ? [null] : []) : [labels])),
  );
};

const concat: UnitRule = (node, walk) => {
  const inputs = node.inputs.map(name => walk.of(name));
  if (inputs.some(axes => axes === undefined)) return walk.keepInputs(node, UNKNOWN);
  const all = inputs as Axes[];
  const rank = all[0]?.length ?? 0;
  if (all.some(axes => axes.length !== rank)) return walk.keepInputs(node, UNKNOWN);
  const asked = node.attributes.get('axis')?.integer ?? 1;
  const axis = asked < 0 ? asked + rank : asked;
  const sizes = node.inputs.map(name => {
    const size = walk.dims(name)?.[axis];
    return typeof size === 'number' ? size : undefined;
  });
  walk.set(node.outputs[0], concatenated(walk.book, all, sizes, axis, 'They stand beside values of unknown number.'));
};

const split: UnitRule = (node, walk) => {
  const axes = walk.of(node.inputs[0]);
  if (axes === undefined) return;
  const asked = node.attributes.get('axis')?.integer ?? 0;
  const axis = asked < 0 ? asked + axes.length : asked;
  const labels = axes[axis] ?? null;
  if (labels === null) {
    for (const output of node.outputs) walk.set(output, axes);
    return;
  }
  const input = (node.inputs[1] ?? '') !== '';
  const given = node.attributes.get('split')?.integers ?? (input ? walk.facts(node.inputs[1]!)?.values : undefined);
  const listed = given !== undefined;
  const count = node.outputs.length;
  const sizes = listed ? given : node.outputs.map(() => labels.length / count);
  if (
    (input && !listed) ||
    !sizes.every((size): size is number => typeof size === 'number' && Number.isInteger(size)) ||
    sizes.reduce((a, b) => a + b, 0) !== labels.length
  ) {
    walk.book.keep(labels, CUT);
    return;
  }
  let from = 0;
  const parts = sizes.map(size => labels.slice(from, (from += size)));
  // Without sizes the parts are equal, and have to remain so.
  if (!listed) for (const part of parts) walk.book.join(parts[0]!, part, CUT);
  parts.forEach((part, i) =>
    walk.set(
      node.outputs[i],
      axes.map((own, at) => (at === axis ? part : own)),
    ),
  );
  if (!listed) return;
  walk.onChange(parts, changes => {
    const left = parts.map(part => changes.kept(part));
    if (left.every((size, i) => size === sizes[i])) return;
    if (input) changes.integers(node, 1, left);
    else changes.attribute(node, 'split', { integers: left });
  });
};

const slice: UnitRule = (node, walk) => {
  const axes = walk.of(node.inputs[0]);
  if (axes === undefined) return;
  const starts = node.attributes.get('starts')?.integers ?? walk.facts(node.inputs[1] ?? '')?.values;
  const named = node.attributes.has('axes') || (node.inputs[3] ?? '') !== '';
  const cut = named ? axesOf(node, walk, 3, axes.length) : starts?.map((_, axis) => axis);
  if (cut === undefined) return walk.keepInputs(node, CUT);
  for (const axis of cut) walk.book.keep(axes[axis] ?? null, CUT);
  walk.set(
    node.outputs[0],
    axes.map((labels, axis) => (cut.includes(axis) ? null : labels)),
  );
};

/** Stretches or pads positions: where the channels are as many as before, they are the same. */
const spatial: UnitRule = (node, walk) => {
  const axes = walk.of(node.inputs[0]);
  if (axes === undefined || !labelled(axes)) return;
  const [from, to] = [walk.dims(node.inputs[0]!), walk.dims(node.outputs[0]!)];
  const sized = node.op === 'Resize' && (node.inputs[3] ?? '') !== '';
  axes.forEach((labels, axis) => {
    if (labels === null) return;
    const size = from?.[axis];
    if (axis !== 1 || size !== to?.[axis] || size === undefined) walk.book.keep(labels, UNKNOWN);
    else if (sized) {
      const sizes = walk.facts(node.inputs[3]!)?.values;
      if (sizes?.every((dim): dim is number => typeof dim === 'number') !== true) walk.book.keep(labels, UNKNOWN);
      else
        walk.onChange([labels], changes => {
          const left = changes.kept(labels);
          if (left !== labels.length)
            changes.integers(
              node,
              3,
              sizes.map((dim, at) => (at === axis ? left : dim)),
            );
        });
    }
  });
  walk.set(
    node.outputs[0],
    axes.map((labels, axis) => (axis === 1 ? labels : null)),
  );
};

const expand: UnitRule = (node, walk) => {
  const axes = walk.of(node.inputs[0]);
  if (axes === undefined || !labelled(axes)) return;
  const asked = walk.facts(node.inputs[1] ?? '')?.values;
  const rank = walk.dims(node.outputs[0]!)?.length;
  if (rank === undefined) return walk.keepInputs(node, UNKNOWN);
  const result = Array.from({ length: rank }, (_, axis) => axes[axis - rank + axes.length] ?? null);
  result.forEach((labels, axis) => {
    if (labels !== null && asked?.[axis - rank + asked.length] !== 1) walk.book.keep(labels, UNKNOWN);
  });
  walk.set(node.outputs[0], result);
};

export const SHAPE_RULES: readonly (readonly [string, UnitRule])[] = [
  ['Reshape', reshape],
  ['Flatten', flatten],
  ['Transpose', transpose],
  ['Squeeze', squeeze],
  ['Unsqueeze', unsqueeze],
  ['Concat', concat],
  ['Split', split],
  ['Slice', slice],
  ['Resize', spatial],
  ['Upsample', spatial],
  ['Pad', spatial],
  ['Expand', expand],
  ...'ReduceMean ReduceSum ReduceMax ReduceMin ReduceL1 ReduceL2 ReduceProd ReduceSumSquare ReduceLogSumExp'
    .split(' ')
    .map((op): [string, UnitRule] => [op, reduce]),
];
