import type { LandscapeParameters, LandscapeResult } from '../analyses/landscape/landscape';
import type { LossProgram } from '../probes/onnx/lossSession';
import type { Answered, DataReading, Operation } from './operationTypes';

/** What the engine can be asked about the loss over a network's weights. */
export interface LandscapeOperations {
  /** Slices of the loss around one network, between two, or through three. */
  readonly landscape: Operation<LandscapeInput, never, LandscapeResult>;
  /** Losses at some weights: a share of a slice. */
  readonly lossesAt: Operation<LossesInput, never, Losses>;
}

export interface LandscapeInput extends DataReading, Answered {
  readonly model: string;
  readonly data: string;
  /** Without them it is refused. */
  readonly labels?: string;
  /** Paths of one or two further networks of the same form. */
  readonly others?: readonly string[];
  readonly parameters?: Partial<LandscapeParameters>;
  readonly seed: number;
}

export interface LossesInput {
  readonly program: LossProgram;
  readonly origin: Float32Array;
  readonly directions: readonly Float32Array[];
  /** As many for each point as there are directions. */
  readonly coefficients: Float64Array;
}

export interface Losses {
  readonly loss: Float64Array;
  readonly accuracy: Float64Array;
}
