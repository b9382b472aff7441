import type { Warning } from '../../base/fault';
import type { DataSet, Labels } from '../../data/dataSet';
import type { Model } from '../../models/model';
import type { Capture } from '../../probes/capture';
import type { InputRows } from '../../probes/inputRows';
import type { RuntimeOptions } from '../../probes/runtime';
import type { AreaUnderCurve } from '../../topology/areaUnderCurve';
import type { Provenance } from '../analysis';

export interface RobustnessParameters {
  /** Largest change of a value, in the units that the network takes. */
  readonly epsilon: number;
  /** Rows that are looked at, drawn without replacement; of large networks fewer of them are attacked. */
  readonly points: number;
  /** Of projected gradient descent. */
  readonly steps: number;
  readonly restarts: number;
}

export const defaultRobustnessParameters: RobustnessParameters = { epsilon: 0.1, points: 500, steps: 20, restarts: 2 };

/** A share with its 95 % Wilson interval. */
export interface Share {
  readonly value: number;
  readonly interval: readonly [number, number];
}

/** How the attacks knew where to go. */
export interface GradientSource {
  readonly kind: 'network' | 'finite-differences' | 'random-directions';
  /** Why the gradients are not the network's own, as a sentence part. */
  readonly reason?: string;
}

/** How well a score tells shifted rows from those of the data. */
export interface ShiftDetection {
  readonly auc: AreaUnderCurve | null;
  /** One minus the largest share, the distance to the 10th nearest reference row, and how far the share of zeros is from the usual one. */
  readonly baselines: Readonly<Record<'maxSoftmax' | 'nearest' | 'zeros', AreaUnderCurve>>;
}

export interface Uncertainty {
  /** Topological uncertainty, over both shifts; `null` where the network's weights are not followed here. */
  readonly auc: number | null;
  readonly baselines: Readonly<Record<'maxSoftmax' | 'nearest' | 'zeros', number>>;
  /** Values in another order, the same for all rows, and values turned around in their range. */
  readonly shifts: { readonly permuted: ShiftDetection; readonly inverted: ShiftDetection };
  /** Rows that say what is usual, and rows that are told from shifted ones. */
  readonly referenceRows: number;
  readonly rows: number;
}

/** What holds of the largest boxes |x′ − x|∞ ≤ r in which a network provably gives one class. */
export interface ProvedRadii {
  readonly rows: number;
  readonly smallest: number;
  readonly median: number;
}

/** Inputs of one class that are handled correctly and lie together until they would merge with another class. */
export interface StableRegionResult {
  readonly class: string;
  /** Half of the distance at which they would merge (Euclidean, between inputs); `null` where there is no other class. */
  readonly radius: number | null;
  /** Share of the pairs of members that are closer than that distance. */
  readonly density: number;
  /** Rows of the data. */
  readonly members: Uint32Array;
  /** Proved radii of members; `null` where nothing is proved of this network: then it is only attacked. */
  readonly proved: ProvedRadii | null;
  /** Members that were attacked. */
  readonly attacked: number;
  /** Share of those that the attacks broke at each epsilon of `ladder`; empty where there are none. */
  readonly broken: readonly number[];
  /** The smallest epsilon at which at least half of them were; `null` where there is none. */
  readonly breaksAt: number | null;
}

export interface RobustnessResult {
  readonly accuracy: number;
  readonly accuracyInterval: readonly [number, number];
  /** All rows of the data. */
  readonly rows: number;
  readonly epsilon: number;
  /** Smallest and largest value of the data, within which attacks stay. */
  readonly range: readonly [number, number];
  /** Rows that were attacked, and the share that is handled correctly whatever was tried. */
  readonly attacked: number;
  readonly adversarialAccuracy: number;
  readonly adversarialInterval: readonly [number, number];
  /** The share handled correctly after each attack alone; `noise` moves every value by epsilon up or down at random. */
  readonly attacks: { readonly none: Share; readonly noise: Share; readonly fgsm: Share; readonly pgd: Share };
  readonly gradients: GradientSource;
  /** Descending epsilons at which rows were attacked, the first being `epsilon`. */
  readonly ladder: readonly number[];
  /** Of all rows that are handled correctly and that were looked at; `null` where nothing is proved of this network, for `unproved`. */
  readonly proved: ProvedRadii | null;
  readonly unproved: string | null;
  readonly uncertainty: Uncertainty;
  /** By class, then by falling size. */
  readonly stable: readonly StableRegionResult[];
  /** Correctly handled rows in regions of too few. */
  readonly scattered: number;
  readonly warnings: readonly Warning[];
  readonly provenance: Provenance;
}

/** What is measured, and how to run it. */
export interface RobustnessSubject {
  readonly model: Model;
  readonly modelName: string;
  readonly data: DataSet;
  /** Aligned with the rows of the data. */
  readonly labels: Labels;
  readonly parameters: RobustnessParameters;
  readonly seed: number;
  readonly runtime: RuntimeOptions;
  readonly warnings: readonly Warning[];
  /** Without the libraries, which a capture tells. */
  readonly provenance: Provenance;
  /** The network's answers to rows. */
  answer(rows: InputRows): Promise<Capture>;
}
