import type { Graph } from '../graph';
import { ScriptError } from '../syntax';
import { Inert, Real, ScriptList, SymInt, Tensor, type Dim, type GraphType, type ScriptValue } from '../values';
import { asType } from './arithmetic';
import { axisOf, combine, dimsOf, lengthOf, Mismatch, sameDim, shapeVector, vectorOf, type Length } from './dims';
import type { OperatorContext, OperatorTable } from './table';

/** Reshapes to lengths of which one may be −1; those that depend on the input are copied from it where they stand in their old place. */
export function reshape({ graph, notes }: OperatorContext, tensor: Tensor, lengths: readonly Length[]): Tensor {
  const unknown = lengths.indexOf(-1);
  const dims = lengths.map((length): Dim => (length === -1 ? null : length));
  if (unknown >= 0) dims[unknown] = missingLength(graph, tensor, lengths, unknown);
  // x.view(-1, 400): the batch is what is left, if 400 is what one row has.
  if (
    unknown === 0 &&
    dims.length === 2 &&
    typeof dims[1] === 'number' &&
    tensor.dims?.slice(1).includes(null) === true
  ) {
    notes.features ??= dims[1];
    dims[0] = tensor.dims[0] ?? null;
  }
  const symbolic = lengths.filter(length => length instanceof SymInt);
  const asIs = (length: Length, at: number) => length instanceof SymInt && sameDim(length, tensor.dims?.[at] ?? null);
  let shape: string;
  if (symbolic.length === 0) shape = graph.integers(lengths as readonly number[]);
  else if (lengths.every((length, at) => typeof length === 'number' || asIs(length, at)))
    shape = graph.integers(lengths.map(length => (typeof length === 'number' ? length : 0)));
  else if (symbolic.length === 1 && unknown < 0)
    shape = graph.integers(lengths.map(length => (typeof length === 'number' ? length : -1)));
  else shape = shapeVector(graph, lengths);
  return graph.emit('Reshape', [tensor, shape], { type: tensor.type, dims });
}

/** What −1 stands for: the tensor's size over the other lengths, with lengths that depend on the input cancelled against each other. */
function missingLength(graph: Graph, tensor: Tensor, lengths: readonly Length[], at: number): Dim {
  if (tensor.dims === undefined || tensor.dims.includes(null)) return null;
  const above = [...(tensor.dims as readonly Length[])];
  const below = lengths.filter((_, index) => index !== at);
  for (const length of below) {
    if (!(length instanceof SymInt)) continue;
    const same = above.findIndex(dim => sameDim(dim, length));
    if (same < 0) return null;
    above.splice(same, 1);
  }
  const product = (of: readonly Length[]) =>
    of.reduce<number>((size, length) => size * (typeof length === 'number' ? length : 1), 1);
  const rest = above.filter(length => length instanceof SymInt);
  const ratio = product(above) / Math.max(1, product(below));
  if (rest.length === 0) {
    if (!Number.isInteger(ratio)) throw new Mismatch('a view of another size');
    return ratio;
  }
  if (rest.length > 1) return null;
  if (Number.isInteger(ratio)) return combine(graph, 'Mul', rest[0]!, ratio);
  return Number.isInteger(1 / ratio) ? combine(graph, 'Div', rest[0]!, 1 / ratio) : null;
}

export function transpose(graph: Graph, tensor: Tensor, order: readonly number[]): Tensor {
  const dims = dimsOf(tensor);
  return graph.emit('Transpose', [tensor], {
    attributes: { perm: { integers: order } },
    type: tensor.type,
    dims: order.map(axis => dims[axis]!),
  });
}

export function swapAxes(graph: Graph, tensor: Tensor, a: number, b: number): Tensor {
  const rank = dimsOf(tensor).length;
  const [from, to] = [axisOf(a, rank), axisOf(b, rank)];
  const order = Array.from({ length: rank }, (_, axis) => (axis === from ? to : axis === to ? from : axis));
  return transpose(graph, tensor, order);
}

export function unsqueeze(graph: Graph, tensor: Tensor, axis: number): Tensor {
  const dims = tensor.dims;
  const at = axis < 0 ? axis + (dims?.length ?? 0) + 1 : axis;
  if (axis < 0 && dims === undefined) dimsOf(tensor);
  return graph.emit('Unsqueeze', [tensor, graph.integers([at])], {
    type: tensor.type,
    dims: dims === undefined ? undefined : [...dims.slice(0, at), 1, ...dims.slice(at)],
  });
}

export function squeeze(graph: Graph, tensor: Tensor, axes: readonly number[] | undefined): Tensor {
  const dims = dimsOf(tensor);
  const asked = axes?.map(axis => axisOf(axis, dims.length)) ?? dims.flatMap((_, axis) => [axis]);
  // A length that is not 1 stays; one that is not known is taken to be another.
  const gone = asked.filter(axis => dims[axis] === 1);
  if (gone.length === 0) return tensor;
  return graph.emit('Squeeze', [tensor, graph.integers(gone)], {
    type: tensor.type,
    dims: dims.filter((_, axis) => !gone.includes(axis)),
  });
}

/** Elements start, start + step, … before end along an axis. */
export function slice(graph: Graph, tensor: Tensor, axis: number, start: Length, until: Length, step: number): Tensor {
  // Python writes the largest whole number for no end: as a float it is one more, which as an integer is the least.
  const end = typeof until === 'number' ? Math.min(until, Number.MAX_SAFE_INTEGER) : until;
  const dims = dimsOf(tensor);
  const at = axisOf(axis, dims.length);
  const length = dims[at]!;
  if (start === 0 && step === 1 && typeof end === 'number' && end >= 2 ** 31 - 1) return tensor;
  const inside = (value: number, of: number) => Math.min(of, Math.max(0, value < 0 ? value + of : value));
  let left: Dim = null;
  if (typeof length === 'number' && typeof start === 'number' && typeof end === 'number')
    left = Math.max(0, Math.ceil((inside(end, length) - inside(start, length)) / step));
  else if (start === 0 && step === 1 && end instanceof SymInt) left = end;
  else if (typeof start === 'number' && typeof end === 'number' && step === 1) {
    const to = end >= 2 ** 31 - 1 || sameDim(end, length) ? undefined : end;
    if (to === undefined && length instanceof SymInt && start >= 0) left = combine(graph, 'Sub', length, start);
    else if (to === undefined && start < 0) left = -start;
    else if (to !== undefined && to < 0 && start === 0 && length instanceof SymInt)
      left = combine(graph, 'Add', length, to);
    else if (to !== undefined && to >= 0 && start >= 0) left = to - start;
  }
  return graph.emit(
    'Slice',
    [tensor, vectorOf(graph, start), vectorOf(graph, end), graph.integers([at]), graph.integers([step])],
    {
      type: tensor.type,
      dims: dims.map((dim, index) => (index === at ? left : dim)),
    },
  );
}

export function concatenate(graph: Graph, tensors: readonly Tensor[], axis: number): Tensor {
  const [first] = tensors;
  if (first === undefined) throw new ScriptError('unsupported', 'torch.cat of nothing');
  const known = tensors.find(tensor => tensor.dims !== undefined);
  const rank = known?.dims?.length;
  const at = rank === undefined ? axis : axisOf(axis, rank);
  const dims = known?.dims?.map((dim, index): Dim => {
    if (index !== at) return dim;
    let sum: Length | undefined = 0;
    for (const tensor of tensors) {
      const length: Dim | undefined = tensor.dims?.[index];
      sum =
        sum === undefined || length === null || length === undefined ? undefined : combine(graph, 'Add', sum, length);
    }
    return sum ?? null;
  });
  return graph.emit('Concat', tensors, { attributes: { axis: { integer: at } }, type: first.type, dims });
}

function split(graph: Graph, tensor: Tensor, axis: number, sizes: readonly number[]): ScriptList {
  const dims = dimsOf(tensor);
  const at = axisOf(axis, dims.length);
  const outputs = sizes.map(size => ({
    type: tensor.type,
    dims: dims.map((dim, index) => (index === at ? size : dim)),
  }));
  return new ScriptList(
    graph.emitMany('Split', [tensor, graph.integers(sizes)], outputs, { attributes: { axis: { integer: at } } }),
  );
}

function pieces(tensor: Tensor, axis: number, size: (length: number) => number): readonly number[] {
  const dims = dimsOf(tensor);
  const length = dims[axisOf(axis, dims.length)];
  if (typeof length !== 'number')
    throw new ScriptError('unsupported', 'a split of an axis whose length depends on the input');
  const each = Math.max(1, size(length));
  return Array.from({ length: Math.ceil(length / each) }, (_, index) => Math.min(each, length - index * each));
}

function select(graph: Graph, tensor: Tensor, axis: number, index: ScriptValue): Tensor {
  const dims = dimsOf(tensor);
  const at = axisOf(axis, dims.length);
  const at0 =
    typeof index === 'number'
      ? graph.integers([index], [])
      : index instanceof SymInt
        ? graph.emit('Squeeze', [index.tensor(), graph.integers([0])], { type: 'int64', dims: [] })
        : undefined;
  if (at0 === undefined) throw new ScriptError('unsupported', 'torch.select of an index that is no number');
  return graph.emit('Gather', [tensor, at0], {
    attributes: { axis: { integer: at } },
    type: tensor.type,
    dims: dims.filter((_, other) => other !== at),
  });
}

/** Lengths of `expand`: −1 keeps what is there. */
function expand(graph: Graph, tensor: Tensor, lengths: readonly Length[]): Tensor {
  const dims = dimsOf(tensor);
  const before = lengths.length - dims.length;
  const target = lengths.map((length, at): Length => (length === -1 ? lengthOf(graph, tensor, at - before) : length));
  const wanted = lengths.map((length): Length => (length === -1 ? 1 : length));
  return graph.emit('Expand', [tensor, shapeVector(graph, wanted)], { type: tensor.type, dims: target });
}

const DTYPES: ReadonlyMap<number, GraphType> = new Map([
  [0, 'uint8'],
  [1, 'int32'],
  [2, 'int32'],
  [3, 'int32'],
  [4, 'int64'],
  [5, 'float32'],
  [6, 'float32'],
  [7, 'float32'],
  [11, 'bool'],
  [15, 'float32'],
]);

/** The type of a number of c10::ScalarType; floats of all widths are computed as float32. */
export function typeOfCode(value: ScriptValue, otherwise: GraphType): GraphType {
  return (typeof value === 'number' ? DTYPES.get(value) : undefined) ?? otherwise;
}

const same = (name: string) => `${name}(self, a, b, c, d)`;

export const SHAPES: OperatorTable = {
  'view|reshape|_unsafe_view|view_copy(self, size)': (c, a) => {
    const self = a.tensor('self');
    // Another type is another view.
    if (typeof a.value('size') === 'number' && !(a.value('size') instanceof ScriptList))
      return asType(c.graph, self, typeOfCode(a.value('size'), self.type));
    return reshape(c, self, a.lengths('size'));
  },
  'view_as|reshape_as(self, other)': (c, a) => {
    const other = a.tensor('other');
    return reshape(
      c,
      a.tensor('self'),
      dimsOf(other).map((_, axis) => lengthOf(c.graph, other, axis)),
    );
  },
  'flatten(self, start_dim, end_dim)': (c, a) => {
    const self = a.tensor('self');
    const [start, end] = [a.integer('start_dim', 0), a.integer('end_dim', -1)];
    const rank = self.dims?.length;
    if (rank === undefined || (start === 1 && (end === -1 || end === rank - 1))) {
      if (start !== 1 || (end !== -1 && rank === undefined)) dimsOf(self);
      const inner = self.dims?.slice(1);
      const size = inner?.every(dim => typeof dim === 'number') === true ? inner.reduce((x, y) => x * y, 1) : null;
      return c.graph.emit('Flatten', [self], {
        attributes: { axis: { integer: 1 } },
        dims: [self.dims?.[0] ?? null, size],
      });
    }
    const dims = dimsOf(self);
    const [from, to] = [axisOf(start, rank), axisOf(end, rank)];
    if (rank === 0 || from === to) return rank === 0 ? reshape(c, self, [1]) : self;
    const inner = dims.slice(from, to + 1);
    const lengths = (axes: readonly Dim[], offset: number) => axes.map((_, at) => lengthOf(c.graph, self, offset + at));
    const joined = lengths(inner, from).reduce<Length>((x, y) => combine(c.graph, 'Mul', x, y), 1);
    const kept = [...lengths(dims.slice(0, from), 0), joined, ...lengths(dims.slice(to + 1), to + 1)];
    return reshape(c, self, joined instanceof SymInt ? kept.map(length => (length === joined ? -1 : length)) : kept);
  },
  'unflatten(self, dim, sizes)': (c, a) => {
    const self = a.tensor('self');
    const dims = dimsOf(self);
    const axis = axisOf(a.integer('dim'), dims.length);
    const own = dims.map((_, at) => lengthOf(c.graph, self, at));
    return reshape(c, self, [...own.slice(0, axis), ...a.lengths('sizes'), ...own.slice(axis + 1)]);
  },
  'transpose|swapaxes|swapdims(self, dim0, dim1)': (c, a) =>
    swapAxes(c.graph, a.tensor('self'), a.integer('dim0'), a.integer('dim1')),
  't|numpy_T|mT(self)': (c, a) =>
    dimsOf(a.tensor('self')).length < 2 ? a.tensor('self') : swapAxes(c.graph, a.tensor('self'), -2, -1),
  'permute(self, dims)': (c, a) => {
    const self = a.tensor('self');
    const order = a.integers('dims');
    if (self.dims === undefined) self.dims = order.map(() => null);
    return transpose(
      c.graph,
      self,
      order.map(axis => axisOf(axis, order.length)),
    );
  },
  'movedim(self, source, destination)': (c, a) => {
    const self = a.tensor('self');
    const rank = dimsOf(self).length;
    const from = a.integers('source').map(axis => axisOf(axis, rank));
    const to = a.integers('destination').map(axis => axisOf(axis, rank));
    const rest = Array.from({ length: rank }, (_, axis) => axis).filter(axis => !from.includes(axis));
    const order = Array.from({ length: rank }, (_, axis) =>
      to.includes(axis) ? from[to.indexOf(axis)]! : rest.shift()!,
    );
    return transpose(c.graph, self, order);
  },
  'unsqueeze(self, dim)': (c, a) => unsqueeze(c.graph, a.tensor('self'), a.integer('dim')),
  'squeeze(self, dim)': (c, a) => squeeze(c.graph, a.tensor('self'), a.has('dim') ? a.integers('dim') : undefined),
  'cat|concat|concatenate(tensors, dim)': (c, a) => concatenate(c.graph, a.tensors('tensors'), a.integer('dim', 0)),
  'stack(tensors, dim)': (c, a) => {
    const axis = a.integer('dim', 0);
    const raised = a.tensors('tensors').map(tensor => unsqueeze(c.graph, tensor, axis));
    return concatenate(c.graph, raised, axis);
  },
  'chunk|unsafe_chunk(self, chunks, dim)': (c, a) => {
    const axis = a.integer('dim', 0);
    return split(
      c.graph,
      a.tensor('self'),
      axis,
      pieces(a.tensor('self'), axis, length => Math.ceil(length / a.integer('chunks'))),
    );
  },
  'split|unsafe_split|split_with_sizes|unsafe_split_with_sizes|tensor_split(self, split_size, dim)': (c, a) => {
    const axis = a.integer('dim', 0);
    const self = a.tensor('self');
    const size = a.value('split_size');
    return split(
      c.graph,
      self,
      axis,
      typeof size === 'number' ? pieces(self, axis, () => size) : a.integers('split_size'),
    );
  },
  'unbind(self, dim)': (c, a) => {
    const self = a.tensor('self');
    const axis = a.integer('dim', 0);
    const length = dimsOf(self)[axisOf(axis, dimsOf(self).length)];
    if (typeof length !== 'number')
      throw new ScriptError('unsupported', 'torch.unbind of an axis whose length depends on the input');
    return new ScriptList(Array.from({ length }, (_, index) => select(c.graph, self, axis, index)));
  },
  'select(self, dim, index)': (c, a) => select(c.graph, a.tensor('self'), a.integer('dim'), a.value('index')),
  'slice(self, dim, start, end, step)': (c, a) => {
    const self = a.value('self');
    if (self instanceof ScriptList) {
      const bounds = [
        a.has('dim') ? a.integer('dim') : 0,
        a.has('start') ? a.integer('start') : self.items.length,
      ] as const;
      return new ScriptList(self.items.slice(bounds[0], bounds[1]), self.tuple);
    }
    const bound = (name: string, otherwise: number): Length => {
      const value = a.value(name);
      if (value === null) return otherwise;
      if (typeof value === 'number' || value instanceof SymInt) return value;
      throw new ScriptError('unsupported', 'torch.slice of bounds that depend on values');
    };
    return slice(
      c.graph,
      a.tensor('self'),
      a.integer('dim', 0),
      bound('start', 0),
      bound('end', 2 ** 31 - 1),
      a.integer('step', 1),
    );
  },
  'narrow(self, dim, start, length)': (c, a) => {
    const [start, length] = [a.value('start'), a.value('length')];
    if (
      !(typeof start === 'number' || start instanceof SymInt) ||
      !(typeof length === 'number' || length instanceof SymInt)
    )
      throw new ScriptError('unsupported', 'torch.narrow of bounds that depend on values');
    return slice(c.graph, a.tensor('self'), a.integer('dim'), start, combine(c.graph, 'Add', start, length), 1);
  },
  'index_select(self, dim, index)': (c, a) => {
    const self = a.tensor('self');
    const axis = axisOf(a.integer('dim'), dimsOf(self).length);
    const index = a.tensor('index');
    return c.graph.emit('Gather', [self, index], {
      attributes: { axis: { integer: axis } },
      dims: dimsOf(self).map((dim, at) => (at === axis ? (index.dims?.[0] ?? null) : dim)),
    });
  },
  'gather(self, dim, index, sparse_grad)': (c, a) => {
    const self = a.tensor('self');
    const index = a.tensor('index');
    return c.graph.emit('GatherElements', [self, index], {
      attributes: { axis: { integer: axisOf(a.integer('dim'), dimsOf(self).length) } },
      dims: index.dims,
    });
  },
  'index(self, indices)': (c, a) => {
    const given = a.list('indices');
    const self = a.tensor('self');
    const lists = given.filter((one): one is Tensor => one instanceof Tensor && one.type !== 'bool');
    const [first] = lists;
    const others = given.filter(one => one !== null).length - lists.length;
    if (first !== undefined && lists.length === 1 && others === 0) {
      const axis = given.indexOf(first);
      const dims =
        self.dims === undefined || first.dims === undefined
          ? undefined
          : [...self.dims.slice(0, axis), ...first.dims, ...self.dims.slice(axis + 1)];
      return c.graph.emit('Gather', [self, asType(c.graph, first, 'int64')], {
        attributes: { axis: { integer: axis } },
        type: self.type,
        dims,
      });
    }
    if (first !== undefined && lists.length === given.length && lists.every(one => sameShape(one, first))) {
      // The first axes by lists of places, one element each: x[rows, places].
      const rank = dimsOf(first).length;
      const places = lists.map(one => unsqueeze(c.graph, asType(c.graph, one, 'int64'), rank));
      return c.graph.emit('GatherND', [self, concatenate(c.graph, places, rank)], {
        type: self.type,
        dims: self.dims === undefined ? undefined : [...dimsOf(first), ...self.dims.slice(lists.length)],
      });
    }
    throw new ScriptError('unsupported', 'torch.index by several lists or a mask');
  },
  'expand|broadcast_to(self, size, implicit)': (c, a) => expand(c.graph, a.tensor('self'), a.lengths('size')),
  'expand_as(self, other)': (c, a) => {
    const other = a.tensor('other');
    return expand(
      c.graph,
      a.tensor('self'),
      dimsOf(other).map((_, axis) => lengthOf(c.graph, other, axis)),
    );
  },
  'repeat|tile(self, repeats)': (c, a) => {
    let self = a.tensor('self');
    const repeats = a.lengths('repeats');
    while (dimsOf(self).length < repeats.length) self = unsqueeze(c.graph, self, 0);
    return c.graph.emit('Tile', [self, shapeVector(c.graph, repeats)], {
      dims: dimsOf(self).map((dim, axis) => (dim === null ? null : combine(c.graph, 'Mul', dim, repeats[axis]!))),
    });
  },
  'pad|constant_pad_nd(self, pad, mode, value)': (c, a) =>
    pad(c.graph, a.tensor('self'), a.integers('pad'), a.value('mode'), a.value('value')),
  'reflection_pad1d|reflection_pad2d|reflection_pad3d(self, padding)': (c, a) =>
    pad(c.graph, a.tensor('self'), a.integers('padding'), 'reflect', null),
  'replication_pad1d|replication_pad2d|replication_pad3d(self, padding)': (c, a) =>
    pad(c.graph, a.tensor('self'), a.integers('padding'), 'replicate', null),
  'zero_pad2d(self, padding)': (c, a) => pad(c.graph, a.tensor('self'), a.integers('padding'), 'constant', null),
  'flip(self, dims)': (c, a) => {
    let self = a.tensor('self');
    for (const axis of a.integers('dims')) {
      const at = axisOf(axis, dimsOf(self).length);
      self = c.graph.emit(
        'Slice',
        [self, c.graph.integers([-1]), c.graph.integers([-(2 ** 31)]), c.graph.integers([at]), c.graph.integers([-1])],
        { dims: self.dims },
      );
    }
    return self;
  },
  'pixel_shuffle(self, upscale_factor)': (c, a) => {
    const self = a.tensor('self');
    const by = a.integer('upscale_factor');
    const [batch, channels, ...sides] = dimsOf(self);
    const times = (dim: Dim, factor: number) => (typeof dim === 'number' ? dim * factor : null);
    return c.graph.emit('DepthToSpace', [self], {
      attributes: { blocksize: { integer: by }, mode: { text: 'CRD' } },
      dims: [
        batch ?? null,
        typeof channels === 'number' ? channels / by ** 2 : null,
        ...sides.map(dim => times(dim, by)),
      ],
    });
  },
  'size(self, dim)': (c, a) => {
    const self = a.tensor('self');
    const dims = dimsOf(self);
    if (!a.has('dim')) return new ScriptList(dims.map((_, axis) => lengthOf(c.graph, self, axis)));
    return lengthOf(c.graph, self, axisOf(a.integer('dim'), dims.length));
  },
  'sym_size(self, dim)': (c, a) =>
    lengthOf(c.graph, a.tensor('self'), axisOf(a.integer('dim'), dimsOf(a.tensor('self')).length)),
  'shape(self)': (c, a) =>
    new ScriptList(dimsOf(a.tensor('self')).map((_, axis) => lengthOf(c.graph, a.tensor('self'), axis))),
  'numel(self)': (c, a) => {
    const self = a.tensor('self');
    return dimsOf(self).reduce<Length>(
      (product, _, axis) => combine(c.graph, 'Mul', product, lengthOf(c.graph, self, axis)),
      1,
    );
  },
  'dim|ndimension(self)': (_, a) => dimsOf(a.tensor('self')).length,
  [same('contiguous')]: (_, a) => a.value('self'),
  [same('clone')]: (_, a) => copyOf(a.tensor('self')),
  [same('detach')]: (_, a) => a.value('self'),
  [same('alias')]: (_, a) => a.value('self'),
  [same('lift_fresh')]: (_, a) => a.value('self'),
  [same('cpu')]: (_, a) => a.value('self'),
  [same('cuda')]: (_, a) => a.value('self'),
  [same('positive')]: (_, a) => a.value('self'),
  [same('requires_grad_')]: (_, a) => a.value('self'),
  [same('resolve_conj')]: (_, a) => a.value('self'),
  // A tensor keeps its type unless one of the arguments is one: to(dtype, …), to(device, dtype, …), to(other, …).
  'to|_to_copy|type(self, a, b, c, d, dtype)': (c, a) => {
    const self = a.tensor('self');
    for (const name of ['dtype', 'a', 'b', 'c', 'd']) {
      const value = a.value(name);
      if (typeof value === 'number') return asType(c.graph, self, typeOfCode(value, self.type));
      if (value instanceof Tensor) return asType(c.graph, self, value.type);
    }
    return self;
  },
  'type_as(self, other)': (c, a) => asType(c.graph, a.tensor('self'), a.tensor('other').type),
  'float|double|half|bfloat16(self)': (c, a) => asType(c.graph, a.tensor('self'), 'float32'),
  'long(self)': (c, a) => asType(c.graph, a.tensor('self'), 'int64'),
  'masked_fill(self, mask, value)': (c, a) => {
    const self = a.tensor('self');
    const mask = asType(c.graph, a.tensor('mask'), 'bool');
    const value = a.value('value');
    const number = value instanceof Real ? value.value : typeof value === 'number' ? value : Number(value === true);
    const filling = value instanceof Tensor ? asType(c.graph, value, self.type) : c.graph.scalar(number, self.type);
    return c.graph.emit('Where', [mask, filling, self], { type: self.type, dims: self.dims });
  },
  'tril(self, diagonal)': (c, a) => triangle(c.graph, a.tensor('self'), a.integer('diagonal', 0), 0),
  'triu(self, diagonal)': (c, a) => triangle(c.graph, a.tensor('self'), a.integer('diagonal', 0), 1),
};

function sameShape(a: Tensor, b: Tensor): boolean {
  return (
    a.dims !== undefined &&
    a.dims.length === b.dims?.length &&
    a.dims.every((dim, axis) => sameDim(dim, b.dims![axis]!))
  );
}

function triangle(graph: Graph, tensor: Tensor, diagonal: number, upper: 0 | 1): Tensor {
  return graph.emit('Trilu', [tensor, graph.integers([diagonal], [])], {
    attributes: { upper: { integer: upper } },
    dims: tensor.dims,
  });
}

/** Another tensor of the same values, which an operation in place leaves alone. */
function copyOf(tensor: Tensor): Tensor {
  return new Tensor(tensor.name, tensor.type, tensor.dims);
}

const MODES: ReadonlyMap<string, string> = new Map([
  ['constant', 'constant'],
  ['reflect', 'reflect'],
  ['replicate', 'edge'],
  ['circular', 'wrap'],
]);

/** Pads from the last axis on: (left, right, top, bottom, …). */
function pad(graph: Graph, tensor: Tensor, by: readonly number[], mode: ScriptValue, value: ScriptValue): Tensor {
  const dims = dimsOf(tensor);
  // constant_pad_nd has the value third.
  const named = typeof mode === 'string' ? MODES.get(mode) : 'constant';
  if (named === undefined || mode instanceof Inert)
    throw new ScriptError('unsupported', 'torch.pad of an unknown mode');
  const filling = typeof mode === 'string' || mode === null ? value : mode;
  const begins = new Array<number>(dims.length).fill(0);
  const ends = new Array<number>(dims.length).fill(0);
  for (let i = 0; i * 2 + 1 < by.length; i++) {
    begins[dims.length - 1 - i] = by[i * 2]!;
    ends[dims.length - 1 - i] = by[i * 2 + 1]!;
  }
  const number = filling instanceof Real ? filling.value : typeof filling === 'number' ? filling : 0;
  return graph.emit(
    'Pad',
    [
      tensor,
      graph.integers([...begins, ...ends]),
      named === 'constant' ? graph.scalar(number, tensor.type) : undefined,
    ],
    {
      attributes: { mode: { text: named } },
      dims: dims.map((dim, axis) => (dim === null ? null : combine(graph, 'Add', dim, begins[axis]! + ends[axis]!))),
    },
  );
}
