import type { Warning } from '../base/fault';
import type { Provenance } from './analysis';

/** Which units go first: those that another can stand for at the least cost, those of the smallest weights, or any. */
export type PruneMethod = 'topology' | 'magnitude' | 'random';

export const PRUNE_METHODS: readonly PruneMethod[] = ['topology', 'magnitude', 'random'];

/** A share with its 95 % interval. */
export interface PruneShare {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/**
 * What is measured: the accuracy; without labels, how many predictions are those of the whole network; of outputs that are no classes, the share of
 * their variance that is kept (R² against the whole network's outputs, 1 where nothing changes).
 */
export type PruneMeasure = 'accuracy' | 'agreement' | 'fit';

/** Units that are alike: outputs of the same layers, of which each can go by itself. What is coupled with a unit goes with it. */
export interface PruneGroup {
  /** Layers that give these units. */
  readonly layers: readonly string[];
  readonly units: number;
  /** Units that were removed, ascending, counted from 0. */
  readonly removed: readonly number[];
  /** Whether a unit is one channel or neuron, or more that go together, such as a head of attention. */
  readonly channelsPerUnit: number;
  /**
   * Finite H0 bars of the merge filtration, ascending: one less than there are units. As a share of the scale of what reads the units, so that groups can
   * be compared.
   */
  readonly bars: readonly number[];
  /** Cost of folding each unit into the best of those that are left when its turn comes; `null` for the last. */
  readonly costs: readonly (number | null)[];
}

/** Units that stay, and why. */
export interface LeftWhole {
  readonly layers: readonly string[];
  readonly units: number;
  /** As a sentence. */
  readonly reason: string;
}

export interface PrunePoint {
  readonly method: PruneMethod;
  /** Share of all prunable units that is removed. */
  readonly ratio: number;
  /** Held out, with its interval: of accuracy and agreement Wilson's, of fit from bootstrap samples of the rows. */
  readonly accuracy: number;
  readonly low: number;
  readonly high: number;
  /** On the rows by which a ratio is picked. */
  readonly validation: number;
  readonly parameters: number;
}

/** What can go of one layer while the others stay whole: measured, and reported on held-out rows. */
export interface LayerPruning {
  readonly layer: string;
  /** Of its group in `groups`. */
  readonly group: number;
  readonly units: number;
  /** The most units that can go within the tolerance, on the rows by which that is picked. */
  readonly removable: number;
  /** Held-out measure after less before, and its 95 % interval over the rows, paired. */
  readonly change: PruneShare;
}

/** Time of a forward pass, in milliseconds: median and quartiles of repeated runs. */
export interface Latency {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

export interface PruneFinding {
  readonly weight: 'strong' | 'note';
  readonly sentence: string;
  /** The rule by which the number was made. */
  readonly rule: string;
}

/** A network with some of its units removed, and what that costs. */
export interface PruneResult {
  readonly method: PruneMethod;
  /** Share of the prunable units that was asked for or picked. */
  readonly ratio: number;
  /** Whether the ratio was picked, and by what. */
  readonly picked: { readonly tolerance: number } | null;
  readonly refit: boolean;
  /** Whether each layer was fitted to what those before it give after their own fit; otherwise all were to what the whole network gives. */
  readonly fittedLayerByLayer: boolean;
  readonly measure: PruneMeasure;
  /** Rows that took part: for the refit, to pick by, and held out. */
  readonly rows: { readonly fit: number; readonly validation: number; readonly heldOut: number };
  /** Whether the held-out rows are data of their own, or a part of the data that was split off. */
  readonly heldOut: 'given' | 'split';
  readonly groups: readonly PruneGroup[];
  readonly leftWhole: readonly LeftWhole[];
  readonly parametersBefore: number;
  readonly parametersAfter: number;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  /** Held out, in the unit of `measure`; `Interval` are its 95 % limits. */
  readonly accuracyBefore: number;
  readonly accuracyAfter: number;
  readonly accuracyBeforeInterval: readonly [low: number, high: number];
  readonly accuracyAfterInterval: readonly [low: number, high: number];
  /** After less before, on the same rows. */
  readonly change: PruneShare;
  /** All three methods, with the same refit. */
  readonly curve?: readonly PrunePoint[];
  /** Where asked for. */
  readonly layers?: readonly LayerPruning[];
  /** Not part of what is the same on every run. */
  readonly milliseconds: {
    readonly before: Latency;
    readonly after: Latency;
    readonly batch: number;
    readonly runs: number;
  };
  /** Files that were written, the model last. */
  readonly written?: readonly string[];
  readonly findings: readonly PruneFinding[];
  readonly caveats: readonly string[];
  readonly warnings: readonly Warning[];
  readonly provenance: Provenance;
}
