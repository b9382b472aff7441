import { PickleDict, PickleObject, PickleTuple, type PickleValue } from '../pickle/values';
import { Effort } from './effort';
import { Graph } from './graph';
import { Interpreter } from './interpreter';
import type { Library } from './library';
import { Mismatch, UnknownRank, UnknownSize } from './operators/dims';
import type { Notes } from './operators/table';
import { ScriptError } from './syntax';
import { ScriptClass, ScriptDict, ScriptList, Tensor, type GraphType, type ScriptValue } from './values';

/** The shape of an input that is known from elsewhere; `null` for the batch. */
export interface InputShape {
  readonly name: string;
  readonly dims: readonly (number | null)[];
}

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
  /** The input whose size was taken as usual, where every size would do. */
  readonly sizeTaken?: InputShape | undefined;
}

/** Sizes that images and sequences usually have, tried first; then all up to a limit. */
const USUAL_SIZES = [
  28, 32, 224, 8, 16, 64, 96, 128, 256, 299, 384, 512, 100, 112, 48, 160, 192, 240, 320, 331, 448, 227,
];
const LARGEST_SIZE = 300;

/**
 * Follows `forward` of a TorchScript network and gives the graph. The file says neither shapes nor types of the input: they are taken from the first layer that
 * works on it; where a dense layer after convolutions fits only certain sizes of image, from that layer.
 */
export function traceScript(root: PickleObject, library: Library, constants: PickleValue, shape?: InputShape): Trace {
  const list = constants instanceof PickleTuple ? constants.items : [];
  const effort = new Effort();
  const declared = declaredInputs(root, library);
  if (shape !== undefined)
    return settled(
      root,
      library,
      list,
      declared.map(input => (input.name === shape.name ? { ...input, dims: shape.dims } : input)),
      effort,
    );
  const first = settled(root, library, list, declared, effort);
  if (first.stopped === undefined) return first;
  let best = first;
  for (const inputs of otherGuesses(first.inputs)) {
    // Of what may be done in all, enough is kept for the layers of a network that ends nowhere.
    if (effort.attemptsOf(Math.max(best.graph.size, 100)) < 10) break;
    const trace = settled(root, library, list, inputs, effort);
    if (trace.stopped === undefined) return trace;
    // The same end by another way is no better.
    if (trace.stopped !== first.stopped && trace.graph.size > best.graph.size) best = trace;
  }
  return best;
}

/** What else the inputs may be where what the first layers suggest leads nowhere: sequences and positions of vectors, images, whole numbers. */
function otherGuesses(inputs: readonly InputGuess[]): readonly (readonly InputGuess[])[] {
  return inputs.flatMap((input, at) => {
    const others: (readonly [InputGuess['dims'], GraphType])[] = [];
    const { dims } = input;
    if (dims === undefined)
      others.push(
        [[null, null], 'int64'],
        [[null, null], 'float32'],
        [[null, null, null], 'float32'],
        [[null, null, null, null], 'float32'],
      );
    else if (dims.length === 2 && input.type === 'float32') {
      const features = dims[1] ?? null;
      others.push([[null, null, features], 'float32'], [[null, null, null, features], 'float32']);
    }
    return others.map(([shape, type]) =>
      inputs.map((one, index) => (index === at ? { ...one, dims: shape, type } : one)),
    );
  });
}

/** Follows the program with better and better guesses of its inputs, until they stay. */
function settled(
  root: PickleObject,
  library: Library,
  list: readonly PickleValue[],
  guessed: readonly InputGuess[],
  effort: Effort,
): Trace {
  let inputs = guessed;
  for (let tries = 0; tries < 3 + 3 * inputs.length; tries++) {
    const attempt = follow(root, library, list, inputs, effort);
    if (attempt.needs !== undefined) {
      const { tensor, expected, integers } = attempt.needs;
      const given = (dims: InputGuess['dims']) =>
        inputs.map((input): InputGuess =>
          input.name === tensor.name ? { ...input, dims, type: integers ? 'int64' : input.type } : input,
        );
      inputs = given(
        expected ??
          likeliestShape(
            dims => follow(root, library, list, given(dims), effort),
            attempt.notes.features,
            takesSequences(root),
          ),
      );
      continue;
    }
    const { features, lengths } = attempt.notes;
    const refined = inputs.map((input): InputGuess => ({
      ...input,
      dims: input.dims?.map((dim, axis) => dim ?? (axis === 0 ? null : (lengths.get(`${input.name}_${axis}`) ?? null))),
    }));
    if (JSON.stringify(refined) !== JSON.stringify(inputs)) {
      inputs = refined;
      continue;
    }
    const unshaped = inputs.findIndex(input => input.dims === undefined);
    if (features !== undefined && unshaped >= 0) {
      inputs = inputs.map((input, at) => (at === unshaped ? { ...input, dims: [null, features] } : input));
      continue;
    }
    const sized =
      features === undefined && !attempt.needsSize
        ? undefined
        : withSize(root, library, list, inputs, attempt.trace.graph.size, attempt.needsSize, effort);
    return sized ?? attempt.trace;
  }
  return follow(root, library, list, inputs, effort).trace;
}

/** Whether a network has attention or recurrent layers, which take one vector an element of a sequence. */
function takesSequences(object: PickleObject, depth = 0): boolean {
  if (/Attention|LSTM|GRU|RNN/.test(object.of.name)) return true;
  if (!(object.state instanceof PickleDict) || depth > 50) return false;
  return [...object.state.entries.values()].some(
    value => value instanceof PickleObject && takesSequences(value, depth + 1),
  );
}

/** Vectors, sequences, images: the first shape with which the program is followed to its end, or else the furthest. */
function likeliestShape(
  tryWith: (dims: readonly (number | null)[]) => Attempt,
  features: number | undefined,
  sequences: boolean,
): readonly (number | null)[] {
  const vectors = [null, features ?? null];
  const rows = [null, null, null];
  const shapes = [...(sequences ? [rows, vectors] : [vectors, rows]), [null, null, null, null]];
  let best = shapes[0]!;
  let most = -1;
  for (const shape of shapes) {
    const { trace } = tryWith(shape);
    if (trace.stopped === undefined) return shape;
    if (trace.graph.size > most) [best, most] = [shape, trace.graph.size];
  }
  return best;
}

/** Finds the length of the sides at which every dense layer gets as many features as it takes. */
function withSize(
  root: PickleObject,
  library: Library,
  constants: readonly PickleValue[],
  inputs: readonly InputGuess[],
  nodes: number,
  any: boolean,
  effort: Effort,
): Trace | undefined {
  const free = inputs.findIndex(input => (input.dims?.length ?? 0) > 2 && input.dims!.slice(2).includes(null));
  if (free < 0) return undefined;
  const all = Array.from({ length: LARGEST_SIZE }, (_, i) => i + 1).filter(size => !USUAL_SIZES.includes(size));
  // Programs that are long are not followed hundreds of times. Photographs are usually of 224, where nothing else says it.
  const first = any && inputs[free]!.dims![1] === 3 ? [224] : [];
  for (const size of [...first, ...USUAL_SIZES, ...all].slice(0, effort.attemptsOf(nodes))) {
    const given = inputs.map((input, at) =>
      at === free ? { ...input, dims: input.dims!.map((dim, axis) => (axis < 2 ? dim : (dim ?? size))) } : input,
    );
    const attempt = follow(root, library, constants, given, effort);
    if (attempt.mismatch || attempt.needs !== undefined || attempt.notes.features !== undefined || attempt.needsSize)
      continue;
    const { name, dims } = given[free]!;
    return {
      ...attempt.trace,
      ...(any ? { sizeTaken: { name, dims: dims! } } : {}),
      sizeFound: `${given[free]!.dims!.slice(1).join(' × ')}, ${any ? 'taken as usual: any size would do' : 'from the first dense layer'}`,
    };
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
  /** Whether it ended for want of a size that may be any. */
  readonly needsSize: boolean;
}

function follow(
  root: PickleObject,
  library: Library,
  constants: readonly PickleValue[],
  inputs: readonly InputGuess[],
  effort: Effort,
): Attempt {
  const graph = new Graph(effort);
  const notes: Notes = { features: undefined, lengths: new Map() };
  const interpreter = new Interpreter(library, graph, constants, notes, effort);
  let stopped: string | undefined;
  let needs: UnknownRank | undefined;
  let mismatch = false;
  let needsSize = false;
  try {
    const module = interpreter.module('', root);
    const tensors = inputs.map(({ name, type, dims }) =>
      // Two inputs with a free batch have the same.
      graph.input(
        name,
        type,
        dims?.map((dim, axis) => dim ?? (axis === 0 ? 'batch' : `${name}_${axis}`)),
      ),
    );
    const result = interpreter.callMethod(module, 'forward', tensors);
    for (const tensor of tensorsOf(result)) if (!inputs.some(input => input.name === tensor.name)) graph.output(tensor);
  } catch (error) {
    if (!(error instanceof ScriptError) || error.kind !== 'unsupported') throw error;
    if (
      error instanceof UnknownRank &&
      inputs.some(input => input.name === error.tensor.name && input.dims === undefined)
    )
      needs = error;
    else if (
      error instanceof UnknownRank &&
      inputs.some(input => input.type !== 'int64' && error.integers && input.name === error.tensor.name)
    )
      needs = error;
    mismatch = error instanceof Mismatch;
    needsSize = error instanceof UnknownSize;
    stopped = error.what;
  }
  return {
    trace: { graph, inputs, stopped, sawTraining: interpreter.sawTraining, sizeFound: undefined },
    notes,
    needs,
    mismatch,
    needsSize,
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
