import { concatenated, reshaped, type Dim, type SplitAxis } from '../../units/axes';
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
  let split: SplitAxis | undefined;
  const result = reshaped(walk.book, axes, from, to, UNKNOWN, found => (split = found));
  if (split === undefined) walk.set(node.outputs[0], result);
  else walk.setSplit(node.outputs[0], { axes: result, split });
  if (labelled(result) || split !== undefined) writeShape(node, walk, { from, to, result, split });
};

/** The new shape: known sizes, 0 for those that the input has in the same place, and at most one −1. */
function writeShape(node: OnnxNode, walk: OnnxUnits, { from, to, result, split }: NewShape): void {
  const labelsAt = (axis: number) =>
    split !== undefined && (axis === split.first || axis === split.second) ? split.parts[0]! : (result[axis] ?? null);
  const labels = [...result, ...(split?.parts ?? [])];
  const copies = node.attributes.get('allowzero')?.integer !== 1;
  const entries = to.map((dim, axis) => {
    // Of unknown size: as many as there are.
    if (labelsAt(axis) !== null) return typeof dim === 'number' ? 'left' : -1;
    if (typeof dim === 'number') return dim;
    return copies && dim !== null && dim === from[axis] ? 0 : -1;
  });
  if (node.inputs.length < 2 || entries.filter(entry => entry === -1).length > 1) {
    for (const own of labels) walk.book.keep(own, UNKNOWN);
    return;
  }
  const asked = walk.facts(node.inputs[1]!)?.values;
  // Sizes that the file leaves open follow by themselves.
  if (asked?.length === to.length && to.every((_, axis) => labelsAt(axis) === null || asked[axis] === -1)) return;
  walk.onChange(labels, changes => {
    if (labels.every(own => own === null || changes.kept(own) === own.length)) return;
    const after = result.map(own => own && changes.kept(own));
    if (split !== undefined) {
      // Parts lose all of their indices, or all parts lose as many.
      const left = split.parts.map(part => changes.kept(part));
      after[split.second] = Math.max(...left);
      after[split.first] = left.filter(size => size > 0).length;
    }
    changes.integers(
      node,
      1,
      entries.map((entry, axis) => (entry === 'left' ? after[axis]! : entry)),
    );
  });
}

interface NewShape {
  readonly from: readonly Dim[];
  readonly to: readonly Dim[];
  readonly result: Axes;
  readonly split: SplitAxis | undefined;
}

/** One part of an axis that was split, such as the queries of one layer for queries, keys and values: all parts lose the same. False where none is taken. */
export function takePart(node: OnnxNode, walk: OnnxUnits, axis: number, index: unknown, stays: boolean): boolean {
  const found = walk.splitOf(node.inputs[0]);
  if (found?.split.first !== axis || typeof index !== 'number') return false;
  const { second, parts } = found.split;
  const part = parts[index < 0 ? index + parts.length : index];
  if (part === undefined) return false;
  for (const other of parts) walk.book.join(part, other, CUT);
  const axes = found.axes.map((labels, at) => (at === second ? part : labels));
  walk.set(node.outputs[0], stays ? axes : axes.filter((_, at) => at !== axis));
  return true;
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
  const rank = walk.rank(node.inputs[0]);
  if (rank === undefined) return;
  walk.rearrange(
    node,
    node.attributes.get('perm')?.integers ?? Array.from({ length: rank }, (_, axis) => rank - 1 - axis),
  );
};

/** Axes in an attribute of older opsets, or an input of newer ones. */
function axesOf(node: OnnxNode, walk: OnnxUnits, place: number, rank: number): readonly number[] | undefined {
  const given = node.attributes.get('axes')?.integers ?? walk.facts(node.inputs[place] ?? '')?.values;
  if (given?.every((axis): axis is number => typeof axis === 'number') !== true) return undefined;
  return given.map(axis => (axis < 0 ? axis + rank : axis));
}

const squeeze: UnitRule = (node, walk) => {
  const rank = walk.rank(node.inputs[0]);
  if (rank === undefined) return;
  const dims = walk.dims(node.inputs[0]!);
  const listed = node.attributes.has('axes') || (node.inputs[1] ?? '') !== '';
  const gone = listed ? axesOf(node, walk, 1, rank) : dims?.flatMap((dim, axis) => (dim === 1 ? [axis] : []));
  if (gone === undefined) return walk.keepInputs(node, UNKNOWN);
  walk.rearrange(
    node,
    Array.from({ length: rank }, (_, axis) => axis).filter(axis => !gone.includes(axis)),
  );
};

const unsqueeze: UnitRule = (node, walk) => {
  const rank = walk.rank(node.inputs[0]);
  if (rank === undefined) return;
  const count = (node.attributes.get('axes')?.integers ?? walk.facts(node.inputs[1] ?? '')?.values)?.length;
  const places = count === undefined ? undefined : axesOf(node, walk, 1, rank + count);
  if (places === undefined) return walk.keepInputs(node, UNKNOWN);
  let next = 0;
  walk.rearrange(
    node,
    Array.from({ length: rank + places.length }, (_, axis) => (places.includes(axis) ? undefined : next++)),
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
  const rank = walk.rank(node.inputs[0]);
  if (rank === undefined) return;
  const asked = node.attributes.get('axis')?.integer ?? 0;
  const axis = asked < 0 ? asked + rank : asked;
  const already = walk.splitOf(node.inputs[0])?.split;
  if (already?.first === axis && already.parts.length === node.outputs.length) {
    node.outputs.forEach((output, i) => takePart({ ...node, outputs: [output] }, walk, axis, i, true));
    return;
  }
  const axes = walk.of(node.inputs[0])!;
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
  const rank = walk.rank(node.inputs[0]);
  if (rank === undefined) return;
  const starts = node.attributes.get('starts')?.integers ?? walk.facts(node.inputs[1] ?? '')?.values;
  const named = node.attributes.has('axes') || (node.inputs[3] ?? '') !== '';
  const cut = named ? axesOf(node, walk, 3, rank) : starts?.map((_, axis) => axis);
  const one = cut?.length === 1 && walk.dims(node.outputs[0]!)?.[cut[0]!] === 1;
  if (one && takePart(node, walk, cut[0]!, starts?.[0], true)) return;
  const axes = walk.of(node.inputs[0])!;
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
