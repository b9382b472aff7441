import type { BoundaryResult } from '../analyses/boundary/boundary';
import type { SliceChoice } from '../analyses/boundary/slice';
import type { Answered, DataReading, Operation } from './operationTypes';

/** What the engine can be asked about where a classifier's answer changes. */
export interface BoundaryOperations {
  /** The decision boundary on a slice of the inputs. */
  readonly boundary: Operation<BoundaryInput, never, BoundaryResult>;
}

export interface BoundaryInput extends DataReading, Answered {
  readonly model: string;
  readonly data?: string;
  readonly labels?: string;
  /** All features where there are as many as dimensions, else the data's principal components, where left out. */
  readonly slice?: SliceChoice;
  readonly dimensions: 2 | 3;
  /** Low and high of each axis; that of the data where left out. */
  readonly box?: readonly number[];
  /** Points along each axis. */
  readonly side: number;
  /** The class that is positive: its name, or the number of its output; 1 where left out. */
  readonly positive?: string;
  /** Whether the network is run at every point. */
  readonly whole?: boolean;
  readonly seed: number;
}
