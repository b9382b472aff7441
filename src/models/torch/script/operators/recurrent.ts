import type { Graph } from '../graph';
import { ScriptError } from '../syntax';
import { ScriptList, type Dim, type ScriptValue, type Tensor } from '../values';
import { Args } from './args';
import { dimsOf } from './dims';
import { concatenate, slice, squeeze, swapAxes, unsqueeze } from './shapes';
import type { OperatorContext, OperatorTable } from './table';

/** Gates in the order of ONNX, as places in the order of PyTorch: i f g o → i o f g, and r z n → z r n. */
const ORDERS = { LSTM: [0, 3, 1, 2], GRU: [1, 0, 2], RNN: [0] } as const;
/** What a plain recurrent layer applies, in the words of ONNX. */
type Activation = 'Tanh' | 'Relu';

type Cell = keyof typeof ORDERS;

/** A stack of recurrent layers, each in one or two directions: `torch.lstm(input, hx, params, has_biases, num_layers, dropout, train, bidirectional, batch_first)`. */
function recurrent(cell: Cell, activation?: Activation) {
  return ({ graph }: OperatorContext, a: Args): ScriptList => {
    const biased = a.flag('has_biases', true);
    const layers = a.integer('num_layers');
    const directions = a.flag('bidirectional') ? 2 : 1;
    const batchFirst = a.flag('batch_first');
    const params = a.tensors('params');
    let each = biased ? 4 : 2;
    // A projection of the hidden state is a fifth matrix.
    if (params.length !== each * layers * directions) each = params.length / (layers * directions);
    if (each !== (biased ? 4 : 2)) throw new ScriptError('unsupported', `torch.${cell.toLowerCase()} with projections`);
    const input = a.tensor('input');
    if (dimsOf(input).length !== 3) throw new ScriptError('unsupported', `torch.${cell.toLowerCase()} without a batch`);
    const hx = a.value('hx');
    const states = hx instanceof ScriptList ? a.tensors('hx') : [a.tensor('hx')];
    const hidden = dimsOf(params[1]!)[1];
    if (typeof hidden !== 'number')
      throw new ScriptError('unsupported', `torch.${cell.toLowerCase()} of an unknown size`);

    let x = batchFirst ? swapAxes(graph, input, 0, 1) : input;
    const last: Tensor[][] = [[], []];
    for (let layer = 0; layer < layers; layer++) {
      const own = params.slice(layer * directions * each, (layer + 1) * directions * each);
      const weights = stacked(
        graph,
        own.filter((_, at) => at % each === 0),
        cell,
        hidden,
      );
      const recurrence = stacked(
        graph,
        own.filter((_, at) => at % each === 1),
        cell,
        hidden,
      );
      const bias = biased ? biases(graph, own, each, cell, hidden) : undefined;
      const initial = states.map(state => slice(graph, state, 0, layer * directions, (layer + 1) * directions, 1));
      const [length, batch] = dimsOf(x) as [Dim, Dim];
      const stateDims: readonly Dim[] = [directions, batch, hidden];
      const outputs = graph.emitMany(
        cell,
        [x, weights, recurrence, bias, undefined, ...initial],
        [
          { dims: [length, directions, batch, hidden] },
          { dims: stateDims },
          ...(cell === 'LSTM' ? [{ dims: stateDims }] : []),
        ],
        {
          attributes: {
            hidden_size: { integer: hidden },
            direction: { text: directions === 2 ? 'bidirectional' : 'forward' },
            ...(cell === 'GRU' ? { linear_before_reset: { integer: 1 } } : {}),
            ...(activation === 'Relu' ? { activations: { texts: new Array<string>(directions).fill('Relu') } } : {}),
          },
        },
      );
      outputs.slice(1).forEach((state, at) => last[at]!.push(state));
      const sequence = outputs[0]!;
      x =
        directions === 1
          ? squeeze(graph, sequence, [1])
          : graph.emit('Reshape', [swapAxes(graph, sequence, 1, 2), graph.integers([0, 0, -1])], {
              type: 'float32',
              dims: [length, batch, directions * hidden],
            });
    }
    const joined = last
      .filter(list => list.length > 0)
      .map(list => (list.length === 1 ? list[0]! : concatenate(graph, list, 0)));
    return new ScriptList([batchFirst ? swapAxes(graph, x, 0, 1) : x, ...joined], true);
  };
}

/** Matrices of each direction as one tensor [directions, gates · hidden, …], with the gates in the order of ONNX. */
function stacked(graph: Graph, matrices: readonly Tensor[], cell: Cell, hidden: number): Tensor {
  const turned = matrices.map(matrix => unsqueeze(graph, reordered(graph, matrix, cell, hidden), 0));
  return turned.length === 1 ? turned[0]! : concatenate(graph, turned, 0);
}

function reordered(graph: Graph, tensor: Tensor, cell: Cell, hidden: number): Tensor {
  const gates = ORDERS[cell];
  if (gates.length === 1) return tensor;
  const parts = gates.map(gate => slice(graph, tensor, 0, gate * hidden, (gate + 1) * hidden, 1));
  return concatenate(graph, parts, 0);
}

function biases(graph: Graph, own: readonly Tensor[], each: number, cell: Cell, hidden: number): Tensor {
  const directions = own.length / each;
  const rows = Array.from({ length: directions }, (_, at) => {
    const [input, state] = [own[at * each + 2]!, own[at * each + 3]!].map(bias => reordered(graph, bias, cell, hidden));
    return unsqueeze(graph, concatenate(graph, [input!, state!], 0), 0);
  });
  return rows.length === 1 ? rows[0]! : concatenate(graph, rows, 0);
}

/** One step of a recurrent layer: as a sequence of one. */
function step(cell: Cell, activation?: Activation) {
  const run = recurrent(cell, activation);
  return (c: OperatorContext, a: Args): ScriptValue => {
    const { graph } = c;
    const hx = a.value('hx');
    const states = (hx instanceof ScriptList ? a.tensors('hx') : [a.tensor('hx')]).map(state =>
      unsqueeze(graph, state, 0),
    );
    const biased = a.has('b_ih');
    const params = ['w_ih', 'w_hh', ...(biased ? ['b_ih', 'b_hh'] : [])].map(name => a.tensor(name));
    const [, ...last] = run(
      c,
      new Args(
        cell,
        NAMES,
        [],
        new Map<string, ScriptValue>([
          ['input', unsqueeze(graph, a.tensor('input'), 0)],
          ['hx', new ScriptList(states)],
          ['params', new ScriptList(params)],
          ['has_biases', biased],
          ['num_layers', 1],
        ]),
      ),
    ).items as Tensor[];
    // The hidden state comes last: it is what the cell is known by.
    const found = last
      .toReversed()
      .map(state => squeeze(graph, state, [0]))
      .reverse();
    return found.length === 1 ? found[0]! : new ScriptList(found, true);
  };
}

const STEP = '(input, hx, w_ih, w_hh, b_ih, b_hh)';
const NAMES = ['input', 'hx', 'params', 'has_biases', 'num_layers', 'dropout', 'train', 'bidirectional', 'batch_first'];
const PARAMETERS = `(${NAMES.join(', ')})`;

export const RECURRENT: OperatorTable = {
  [`lstm${PARAMETERS}`]: recurrent('LSTM'),
  [`gru${PARAMETERS}`]: recurrent('GRU'),
  [`rnn_tanh${PARAMETERS}`]: recurrent('RNN'),
  [`rnn_relu${PARAMETERS}`]: recurrent('RNN', 'Relu'),
  [`lstm_cell${STEP}`]: step('LSTM'),
  [`gru_cell${STEP}`]: step('GRU'),
  [`rnn_tanh_cell${STEP}`]: step('RNN'),
  [`rnn_relu_cell${STEP}`]: step('RNN', 'Relu'),
};
