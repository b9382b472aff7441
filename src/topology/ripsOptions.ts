import type { Cancellation } from '../base/cancellation';
import type { Progress } from '../base/progress';
import type { PersistenceDiagram } from './diagram';
import type { RepresentativeOptions, Representatives } from './chosenRepresentatives';

export interface RipsOptions extends RepresentativeOptions {
  /** Homology is computed in dimensions 0 … maxDimension. */
  readonly maxDimension: number;
  /** The longest edge, inclusive; without it the enclosing radius bounds the complex, and whatever can die dies. */
  readonly threshold?: number;
  /** The prime p of the field Z/p; 2 unless given. */
  readonly coefficients?: number;
  /** The distances are not needed any more: their memory is used for something else, and there is no matrix afterwards. */
  readonly consume?: boolean;
  /** What all may take, the matrix included: a run that outgrows it ends with `too-large`. */
  readonly memoryLimitBytes?: number;
  readonly cancellation?: Cancellation;
  readonly progress?: Progress;
}

export interface RipsResult extends Representatives {
  readonly points: number;
  /** As given, or `null`. */
  readonly threshold: number | null;
  /** The smallest, over the points, of the largest distance to another: beyond it the complex is a cone. May be infinite. */
  readonly enclosingRadius: number;
  readonly coefficients: number;
  readonly diagram: PersistenceDiagram;
}
