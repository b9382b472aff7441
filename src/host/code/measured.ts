import type * as vscode from 'vscode';
import type { PruneMeasure, PruneResult, PruneShare } from '../../analyses/prune';

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

/** The latest measurement of a model. */
export interface MeasuredModel {
  readonly sha256: string;
  /** Milliseconds since 1970. */
  readonly when: number;
  readonly measure: PruneMeasure;
  readonly heldOutRows: number;
  /** Layers that could be measured, by the model's names. */
  readonly layers: Readonly<Record<string, MeasuredLayer>>;
  /** Layers without which the network was measured to work as well, each with the sentence that says so. */
  readonly redundant: Readonly<Record<string, string>>;
  /** What the source said of its layers then, by `file#network`. */
  readonly definitions: Readonly<Record<string, string>>;
}

const KEY = 'code.measured';
const MOST_MODELS = 40;
const MOST_BARS = 512;

/** What a result of pruning says of single layers. */
export function measuredFrom(
  result: PruneResult,
  redundant: Readonly<Record<string, string>>,
  definitions: Readonly<Record<string, string>>,
  when: number,
): MeasuredModel {
  const layers: Record<string, MeasuredLayer> = {};
  for (const { layer, group, units, removable, change } of result.layers ?? []) {
    const { bars = [], channelsPerUnit = 1 } = result.groups[group] ?? {};
    layers[layer] = { units, removable, channelsPerUnit, change, bars: thinned(bars) };
  }
  return {
    sha256: result.provenance.model?.sha256 ?? '',
    when,
    measure: result.measure,
    heldOutRows: result.rows.heldOut,
    layers,
    redundant,
    definitions,
  };
}

/** Every so many bars where there are more than a picture shows. */
function thinned(bars: readonly number[]): readonly number[] {
  if (bars.length <= MOST_BARS) return bars;
  return Array.from({ length: MOST_BARS }, (_, index) => bars[Math.floor((index * bars.length) / MOST_BARS)]!);
}

/** The latest measurements of this workspace's models: they are there at once in the next session. */
export class MeasuredModels {
  constructor(private readonly memento: vscode.Memento) {}

  get(model: string): MeasuredModel | undefined {
    const found = this.all().find(([name]) => name === model)?.[1];
    return isMeasured(found) ? found : undefined;
  }

  async set(model: string, measured: MeasuredModel | undefined): Promise<void> {
    const others = this.all().filter(([name]) => name !== model);
    await this.memento.update(
      KEY,
      [...others, ...(measured === undefined ? [] : [[model, measured] as const])].slice(-MOST_MODELS),
    );
  }

  private all(): readonly (readonly [string, unknown])[] {
    const kept = this.memento.get<unknown>(KEY);
    return Array.isArray(kept) ? (kept as (readonly [string, unknown])[]).filter(Array.isArray) : [];
  }
}

/** Of another version of this extension it may have another form. */
function isMeasured(value: unknown): value is MeasuredModel {
  if (typeof value !== 'object' || value === null) return false;
  const { layers, redundant, definitions, when } = value as Record<string, unknown>;
  const isRecord = (one: unknown) => typeof one === 'object' && one !== null;
  return isRecord(layers) && isRecord(redundant) && isRecord(definitions) && typeof when === 'number';
}
