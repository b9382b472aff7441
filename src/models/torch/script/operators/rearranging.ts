import type { Graph } from '../graph';
import { ScriptError } from '../syntax';
import { ScriptList, type Tensor } from '../values';
import type { Args } from './args';
import { axisOf, combine, dimsOf, lengthOf, vectorOf, type Length } from './dims';
import { concatenate, reshape, slice, swapAxes, transpose, unsqueeze } from './shapes';
import type { OperatorContext, OperatorTable } from './table';

/** Moves what leaves at one end of an axis to its other end. */
function roll({ graph }: OperatorContext, a: Args): Tensor {
  let self = a.tensor('self');
  const shifts = a.integers('shifts');
  const axes = a.has('dims') ? a.integers('dims') : [];
  if (axes.length !== shifts.length) throw new ScriptError('unsupported', 'torch.roll over all axes at once');
  shifts.forEach((shift, at) => {
    const axis = axisOf(axes[at]!, dimsOf(self).length);
    const length = dimsOf(self)[axis];
    const by = typeof length === 'number' && length > 0 ? ((shift % length) + length) % length : shift;
    if (by === 0) return;
    const whole = lengthOf(graph, self, axis);
    const from = combine(graph, 'Sub', whole, by);
    const { dims } = self;
    // A negative shift of an axis of any length begins so many from its start.
    const cut = by > 0 ? from : -by;
    self = concatenate(
      graph,
      [slice(graph, self, axis, cut, 2 ** 31 - 1, 1), slice(graph, self, axis, 0, cut, 1)],
      axis,
    );
    self.dims = dims;
  });
  return self;
}

/** Channels in groups, of which one each is taken in turn. */
function channelShuffle(c: OperatorContext, a: Args): Tensor {
  const self = a.tensor('self');
  const groups = a.integer('groups');
  const [, channels, ...sides] = dimsOf(self);
  if (typeof channels !== 'number') throw new ScriptError('unsupported', 'torch.channel_shuffle of unknown channels');
  const batch = lengthOf(c.graph, self, 0);
  const rest = sides.map((_, axis) => lengthOf(c.graph, self, axis + 2));
  const apart = reshape(c, self, [batch, groups, channels / groups, ...rest]);
  return reshape(c, swapAxes(c.graph, apart, 1, 2), [batch, channels, ...rest]);
}

/** Blocks of positions as channels, the channel first: the reverse of pixel_shuffle. */
function pixelUnshuffle(c: OperatorContext, a: Args): Tensor {
  const self = a.tensor('self');
  const by = a.integer('downscale_factor');
  const [, channels] = dimsOf(self);
  if (typeof channels !== 'number') throw new ScriptError('unsupported', 'torch.pixel_unshuffle of unknown channels');
  const batch = lengthOf(c.graph, self, 0);
  const [rows, columns] = [2, 3].map(axis => combine(c.graph, 'Div', lengthOf(c.graph, self, axis), by)) as [
    Length,
    Length,
  ];
  const apart = reshape(c, self, [batch, channels, rows, by, columns, by]);
  return reshape(c, transpose(c.graph, apart, [0, 1, 3, 5, 2, 4]), [batch, channels * by * by, rows, columns]);
}

/** Each element so many times, one after another. */
function repeatInterleave(c: OperatorContext, a: Args): Tensor {
  const { graph } = c;
  const self = a.tensor('self');
  const times = a.integer('repeats');
  const rank = dimsOf(self).length;
  const axis = axisOf(a.integer('dim'), rank);
  const beside = unsqueeze(graph, self, axis + 1);
  const repeated = graph.emit(
    'Tile',
    [beside, graph.integers(dimsOf(beside).map((_, at) => (at === axis + 1 ? times : 1)))],
    { dims: dimsOf(beside).map((dim, at) => (at === axis + 1 ? times : dim)) },
  );
  const lengths = dimsOf(self).map((_, at) => {
    const length = lengthOf(graph, self, at);
    return at === axis ? combine(graph, 'Mul', length, times) : length;
  });
  return reshape(c, repeated, lengths);
}

function sorted(graph: Graph, a: Args, largest: boolean): readonly Tensor[] {
  const self = a.tensor('self');
  const axis = axisOf(a.integer('dim', -1), dimsOf(self).length);
  const dims = dimsOf(self);
  return graph.emitMany(
    'TopK',
    [self, vectorOf(graph, lengthOf(graph, self, axis))],
    [
      { type: self.type, dims },
      { type: 'int64', dims },
    ],
    { attributes: { axis: { integer: axis }, largest: { integer: Number(largest) } } },
  );
}

/** Tensors of the same values in another order. */
export const REARRANGING: OperatorTable = {
  'roll(self, shifts, dims)': roll,
  'channel_shuffle|native_channel_shuffle(self, groups)': channelShuffle,
  'pixel_unshuffle(self, downscale_factor)': pixelUnshuffle,
  'repeat_interleave(self, repeats, dim)': repeatInterleave,
  'hstack(tensors)': ({ graph }, a) => {
    const tensors = a.tensors('tensors');
    return concatenate(graph, tensors, dimsOf(tensors[0]!).length > 1 ? 1 : 0);
  },
  'vstack(tensors)': ({ graph }, a) =>
    concatenate(
      graph,
      a.tensors('tensors').map(tensor => (dimsOf(tensor).length > 1 ? tensor : unsqueeze(graph, tensor, 0))),
      0,
    ),
  'sort(self, dim, descending)': ({ graph }, a) =>
    new ScriptList([...sorted(graph, a, a.flag('descending'))], true, ['values', 'indices']),
  'argsort(self, dim, descending)': ({ graph }, a) => sorted(graph, a, a.flag('descending'))[1]!,
};
