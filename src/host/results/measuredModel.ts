import type { PruneMeasure, PruneResult, PruneShare } from '../../analyses/prune';
import type { RedundancyResult } from '../../analyses/redundancy';
import type { Provenance } from '../../protocol/results';

/** What was measured of a layer. */
export interface MeasuredLayer {
  readonly units: number;
  /** The most that can go while the others stay whole. */
  readonly removable: number;
  /** More than 1 for heads of attention: so many outputs go together. */
  readonly channelsPerUnit: number;
  /** Held out: after less before, with its 95 % interval. */
  readonly change: PruneShare;
  /** Finite H0 bars of its units' merge filtration, ascending. */
  readonly bars: readonly number[];
}

/** What a measurement rests on. */
interface Measurement {
  /** sha256 of the model that was measured. */
  readonly sha256: string;
  /** All that was asked besides the model: the same again takes this one's place. */
  readonly asked: string;
  /** The data that it was measured on. */
  readonly data: string;
  /** Milliseconds since 1970. */
  readonly when: number;
}

/** How many units of each layer can go. */
export interface MeasuredPruning extends Measurement {
  readonly kind: 'pruning';
  readonly measure: PruneMeasure;
  readonly heldOutRows: number;
  /** Layers that could be measured, by the model's names. */
  readonly layers: Readonly<Record<string, MeasuredLayer>>;
}

/** Which layers can go whole. */
export interface MeasuredRemoval extends Measurement {
  readonly kind: 'removal';
  /** Layers without which the network was measured to work as well, each with the most that goes with it. */
  readonly redundant: Readonly<Record<string, RedundantPart>>;
}

/** A layer, or a block of layers, that can go. */
export interface RedundantPart {
  readonly name: string;
  /** What it was measured to cost, as a sentence. */
  readonly reason: string;
}

/** The latest that was measured of a model, from wherever it was asked. */
export interface MeasuredModel {
  readonly pruning?: MeasuredPruning;
  readonly removal?: MeasuredRemoval;
  /** What the source said of its layers then, by `file#network`. */
  readonly definitions: Readonly<Record<string, string>>;
  /** Whether the file is another one than was measured: then neither is there. */
  readonly isOlder: boolean;
}

const MOST_BARS = 120;

/** What a result of pruning says of single layers; nothing where it was not asked about them. */
export function measuredPruning(result: PruneResult, when: number): MeasuredPruning | undefined {
  const { provenance, layers: measured } = result;
  if (measured === undefined || provenance.model === undefined) return undefined;
  const layers: Record<string, MeasuredLayer> = {};
  for (const { layer, group, units, removable, change } of measured) {
    const { bars = [], channelsPerUnit = 1 } = result.groups[group] ?? {};
    layers[layer] = { units, removable, channelsPerUnit, change, bars: thinned(bars) };
  }
  const { method = null, refit = null, tolerance = null } = provenance.parameters;
  return {
    kind: 'pruning',
    ...restingOn(provenance, [method, refit, tolerance]),
    when,
    measure: result.measure,
    heldOutRows: result.rows.heldOut,
    layers,
  };
}

/** What a search for redundant layers says of single layers; nothing where it had no network to measure. */
export function measuredRemoval(result: RedundancyResult, when: number): MeasuredRemoval | undefined {
  const { provenance, candidates } = result;
  if (provenance.model === undefined || provenance.data === undefined) return undefined;
  const redundant = candidates
    .filter(({ removable }) => removable)
    .toSorted((a, b) => a.layers.length - b.layers.length)
    .flatMap(({ name, layers, reason }) => layers.map(layer => [layer, { name, reason }] as const));
  const asked = Object.entries(provenance.parameters).sort(([a], [b]) => (a < b ? -1 : 1));
  return { kind: 'removal', ...restingOn(provenance, asked), when, redundant: Object.fromEntries(redundant) };
}

function restingOn(provenance: Provenance, parameters: unknown): Pick<Measurement, 'sha256' | 'asked' | 'data'> {
  const { model, data, labels, files = [], seed } = provenance;
  return {
    sha256: model?.sha256 ?? '',
    asked: JSON.stringify([data?.sha256, data?.name, labels?.sha256, files.map(file => file.sha256), parameters, seed]),
    data: data?.name ?? '',
  };
}

/** Every so many bars where there are more than a picture shows, to the digits that it shows. */
function thinned(bars: readonly number[]): readonly number[] {
  const shown = Math.min(MOST_BARS, bars.length);
  return Array.from({ length: shown }, (_, index) =>
    Number(bars[Math.floor((index * bars.length) / shown)]!.toPrecision(4)),
  );
}
