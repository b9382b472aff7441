import type { FailureParameters, FailuresResult } from '../analyses/failures/failures';
import type { RobustnessParameters, RobustnessResult } from '../analyses/robustness/robustnessTypes';
import type { Answered, DataReading, Operation } from './operationTypes';

/** What the engine can be asked about where a network fails, and how easily. */
export interface FailureOperations {
  /** Regions of inputs on which a network errs more than by chance. */
  readonly failures: Operation<FailuresInput, never, FailuresResult>;
  /** How far a network's answers hold under attack, and of shifted inputs. */
  readonly robustness: Operation<RobustnessInput, never, RobustnessResult>;
}

export interface FailuresInput extends DataReading, Answered {
  readonly model: string;
  readonly data: string;
  /** Without them it is refused. */
  readonly labels?: string;
  /** The one halfway through the network where left out. */
  readonly layer?: string;
  /** What is left out is taken from `defaultFailureParameters`. */
  readonly parameters?: Partial<FailureParameters>;
  readonly seed: number;
}

export interface RobustnessInput extends DataReading, Answered {
  readonly model: string;
  readonly data: string;
  /** Without them it is refused. */
  readonly labels?: string;
  /** What is left out is taken from `defaultRobustnessParameters`. */
  readonly parameters?: Partial<RobustnessParameters>;
  readonly seed: number;
}
