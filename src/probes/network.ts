import { Fault, type Warning } from '../base/fault';
import type { Model, StoredType } from '../models/model';
import type { Dimension } from '../models/onnx/protocol';
import { onnxNetwork } from './onnx/onnxNetwork';
import type { ClassOutput } from './outputs';
import type { RuntimeName, RuntimeOptions } from './runtime';
import { graphNetwork } from './tfjs/graphNetwork';
import { kerasNetwork } from './tfjs/kerasNetwork';

/** A batch of numbers for one input, not yet in the form of any runtime. */
export interface FeedTensor {
  readonly type: StoredType;
  readonly dims: readonly number[];
  readonly values: Float64Array;
}

/** What a runtime computed, as numbers; `values` is undefined for text. Valid until the session runs again. */
export interface FetchedTensor {
  readonly dims: readonly number[];
  readonly values: ArrayLike<number> | undefined;
}

/**
 * A network that a runtime has loaded, with the tensors that may be asked for. `run` computes in the calling thread for
 * as long as a batch takes: call it in a worker.
 */
export interface NetworkSession {
  /** Inputs that must be fed. */
  readonly inputs: readonly string[];
  /** Throws `unsupported`, `shape-mismatch`, `too-large`. */
  run(
    feeds: Readonly<Record<string, FeedTensor>>,
    fetches: readonly string[],
  ): Promise<Readonly<Record<string, FetchedTensor>>>;
  dispose(): Promise<void>;
}

/** A model's program and the runtime for it: what probes know of a network, whichever runtime runs it. */
export interface Network {
  readonly runtime: RuntimeName;
  /** The model's file, for messages. */
  readonly sourceName: string;
  /** The output that says which class a row is, where there is one. */
  readonly classOutput: ClassOutput | undefined;
  /** Dimensions of a tensor: two that have the same name are equal in every run; `undefined` where the rank is not known. */
  dims(tensor: string): readonly Dimension[] | undefined;
  /** What a person should know of how it is run. */
  readonly warnings?: readonly Warning[];
  /** Whether it finds out by itself which tokens are padding, as Keras's `Embedding` with `mask_zero` does. */
  readonly masksItself?: boolean;
  /** Loads the part that `tensors` need. Throws `unsupported`, `corrupt`, `too-large`. */
  open(tensors: readonly string[]): Promise<NetworkSession>;
}

const WITHOUT_PROGRAM = 'The file holds weights without the program that uses them: it can be described, but not run.';
const WHAT_RUNS = 'Use the model in a form that has its program: ONNX, TorchScript, or a whole Keras model.';

/** Loads the runtime that a model's program is for. Throws `unsupported` where there is no program, or no runtime. */
export async function loadNetwork(model: Model, options: RuntimeOptions): Promise<Network> {
  const { program } = model;
  switch (program?.kind) {
    case 'onnx':
      return onnxNetwork(program.model, options);
    case 'keras':
      return kerasNetwork(program.model, options);
    case 'tensorflow':
      return graphNetwork(program.model, options);
    case undefined:
      throw model.missing?.fault ?? new Fault('unsupported', WITHOUT_PROGRAM, { hint: WHAT_RUNS });
  }
}
