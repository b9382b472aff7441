import type { PickleValue } from '../pickle/values';
import { PickleTuple, type PickleObject } from '../pickle/values';
import { Graph } from './graph';
import { Interpreter } from './interpreter';
import type { Library } from './library';
import { Mismatch, UnknownRank } from './operators/dims';
import type { Notes } from './operators/table';
import { ScriptError } from './syntax';
import { ScriptClass, ScriptDict, ScriptList, Tensor, type GraphType, type ScriptValue } from './values';

/** An input as the program is followed with it: `null` lengths are free, the first is the batch. */
interface InputGuess {
  readonly name: string;
  readonly dims: readonly (number | null)[] | undefined;
  readonly type: GraphType;
}

export interface Trace {
  readonly graph: Graph;
  readonly inputs: readonly InputGuess[];
  /** What kept the program from being followed to its end, such as torch.fft_rfft. */
  readonly stopped: string | undefined;
  readonly sawTraining: boolean;
  /** How the size of the input was found, for people. */
  readonly sizeFound: string | undefined;
}

/** Sizes that images and sequences usually have, tried first; then all up to a limit. */
const USUAL_SIZES = [28, 32, 224, 8, 16, 64, 96, 128, 256, 299, 384, 512, 100, 112, 48, 160, 192, 240, 320, 331, 448, 227];
const LARGEST_SIZE = 300;
/** Programs that are long are not followed hundreds of times. */
const MOST_NODES_TRIED = 100_000;

/**
 * Follows `forward` of a TorchScript network and gives the graph. The file says neither shapes nor types of the input: they are taken from the first layer that
 * works on it; where a dense layer after convolutions fits only certain sizes of image, from that layer.
 */
export function traceScript(root: PickleObject, library: Library, constants: PickleValue): Trace {
  const list = constants instanceof PickleTuple ? constants.items : [];
  let inputs = declaredInputs(root, library);
  for (let tries = 0; tries < 2 + 2 * inputs.length; tries++) {
    const attempt = follow(root, library, list, inputs);
    if (attempt.needs !== undefined) {
      const { tensor, expected, integers } = attempt.needs;
      const guess = expected ?? (attempt.notes.features === undefined ? [null, null] : [null, attempt.notes.features]);
      inputs = inputs.map(input =>
        input.name === tensor.name ? { ...input, dims: guess, type: integers ? 'int64' : input.type } : input,
      );
      continue;
    }
    const { features } = attempt.notes;
    const unshaped = inputs.findIndex(input => input.dims === undefined);
    if (features !== undefined && unshaped >= 0) {
      inputs = inputs.map((input, at) => (at === unshaped ? { ...input, dims: [null, features] } : input));
      continue;
    }
    const sized = features === undefined ? undefined : withSize(root, library, list, inputs, attempt.trace.graph.size);
    return sized ?? attempt.trace;
  }
  return follow(root, library, list, inputs).trace;
}

/** Finds the length of the sides at which every dense layer gets as many features as it takes. */
function withSize(
  root: PickleObject,
  library: Library,
  constants: readonly PickleValue[],
  inputs: readonly InputGuess[],
  nodes: number,
): Trace | undefined {
  const free = inputs.findIndex(input => (input.dims?.length ?? 0) > 2 && input.dims!.slice(2).includes(null));
  if (free < 0) return undefined;
  const all = Array.from({ length: LARGEST_SIZE }, (_, i) => i + 1).filter(size => !USUAL_SIZES.includes(size));
  const most = Math.floor(MOST_NODES_TRIED / Math.max(1, nodes));
  for (const size of [...USUAL_SIZES, ...all].slice(0, Math.max(USUAL_SIZES.length, most))) {
    const given = inputs.map((input, at) =>
      at === free ? { ...input, dims: input.dims!.map((dim, axis) => (axis < 2 ? dim : (dim ?? size))) } : input,
    );
    const attempt = follow(root, library, constants, given);
    if (attempt.mismatch || attempt.needs !== undefined || attempt.notes.features !== undefined) continue;
    return { ...attempt.trace, sizeFound: `${given[free]!.dims!.slice(1).join(' × ')}, from the first dense layer` };
  }
  return undefined;
}

interface Attempt {
  readonly trace: Trace;
  readonly notes: Notes;
  /** An input whose shape has to be known. */
  readonly needs: UnknownRank | undefined;
  /** Whether it ended where lengths did not fit. */
  readonly mismatch: boolean;
}

function follow(
  root: PickleObject,
  library: Library,
  constants: readonly PickleValue[],
  inputs: readonly InputGuess[],
): Attempt {
  const graph = new Graph();
  const notes: Notes = { features: undefined };
  const interpreter = new Interpreter(library, graph, constants, notes);
  let stopped: string | undefined;
  let needs: UnknownRank | undefined;
  let mismatch = false;
  try {
    const module = interpreter.module('', root);
    const tensors = inputs.map(({ name, type, dims }) =>
      // Two inputs with a free batch have the same.
      graph.input(name, type, dims?.map((dim, axis) => dim ?? (axis === 0 ? 'batch' : `${name}_${axis}`))),
    );
    const result = interpreter.callMethod(module, 'forward', tensors);
    for (const tensor of tensorsOf(result)) if (!inputs.some(input => input.name === tensor.name)) graph.output(tensor);
  } catch (error) {
    if (!(error instanceof ScriptError) || error.kind !== 'unsupported') throw error;
    if (error instanceof UnknownRank && inputs.some(input => input.name === error.tensor.name && input.dims === undefined)) needs = error;
    else if (error instanceof UnknownRank && inputs.some(input => input.type !== 'int64' && error.integers && input.name === error.tensor.name)) needs = error;
    mismatch = error instanceof Mismatch;
    stopped = error.what;
  }
  return {
    trace: { graph, inputs, stopped, sawTraining: interpreter.sawTraining, sizeFound: undefined },
    notes,
    needs,
    mismatch,
  };
}

/** Inputs of `forward` that are tensors, without those that may be left out. */
function declaredInputs(root: PickleObject, library: Library): readonly InputGuess[] {
  const found = library.get(root.of.path);
  const forward = found instanceof ScriptClass ? found.syntax.methods.get('forward') : undefined;
  if (forward === undefined) throw new ScriptError('unsupported', 'a network without forward');
  const required = forward.parameters.slice(1).filter(parameter => parameter.otherwise === undefined);
  return required.map(({ name, type }) => {
    if (type?.kind !== 'name' || type.name !== 'Tensor')
      throw new ScriptError('unsupported', `an input (${name}) that is no tensor`);
    return { name, dims: undefined, type: 'float32' };
  });
}

function tensorsOf(value: ScriptValue): readonly Tensor[] {
  if (value instanceof Tensor) return [value];
  if (value instanceof ScriptList) return value.items.flatMap(tensorsOf);
  if (value instanceof ScriptDict) return [...value.entries.values()].flatMap(tensorsOf);
  return [];
}
