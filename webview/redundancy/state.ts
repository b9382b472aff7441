import type { PanelRestore, PanelStatus } from '../../src/protocol/panel';
import type { Candidate, LayerDistances, RedundancyFinding, RedundancyHead } from '../../src/protocol/redundancy';
import type { Estimate, Warning } from '../../src/protocol/results';

/** What a cell of the map shows. */
export const MEASURES = ['h0', 'h1', 'cka', 'rtd'] as const;
export type Measure = (typeof MEASURES)[number];

/** Two layers, by their places in the network. */
export interface Pair {
  readonly a: number;
  readonly b: number;
}

/** What a person has set; it outlives the page. */
export interface Preferences {
  readonly upper: Measure;
  readonly lower: Measure;
  readonly order: 'network' | 'clustered';
  readonly dimension: 0 | 1;
  readonly pair: Pair | undefined;
}

export const NO_PREFERENCES: Preferences = {
  upper: 'h1',
  lower: 'cka',
  order: 'network',
  dimension: 1,
  pair: undefined,
};

export interface State extends Preferences {
  readonly title: string;
  readonly commandLine: string;
  readonly restore: PanelRestore | undefined;
  readonly status: PanelStatus | undefined;
  readonly head: RedundancyHead | undefined;
  readonly distances: LayerDistances | undefined;
  readonly candidates: readonly Candidate[];
  readonly findings: readonly RedundancyFinding[];
  readonly warnings: readonly Warning[];
  readonly accuracy: Estimate | undefined;
  readonly hover: Pair | undefined;
  /** Names of candidates that are to be removed together. */
  readonly chosen: ReadonlySet<string>;
  /** The matching of the selected pair, once it is there. */
  readonly matching:
    | { readonly pair: Pair; readonly dimension: number; readonly distance: number; readonly pairs: Int32Array }
    | undefined;
}

export function emptyState(preferences: Preferences): State {
  return {
    ...preferences,
    title: '',
    commandLine: '',
    restore: undefined,
    status: undefined,
    head: undefined,
    distances: undefined,
    candidates: [],
    findings: [],
    warnings: [],
    accuracy: undefined,
    hover: undefined,
    chosen: new Set(),
    matching: undefined,
  };
}

/** Preferences out of whatever was kept; what is not understood is as at first. */
export function readPreferences(saved: unknown): Preferences {
  const view = typeof saved === 'object' && saved !== null && 'view' in saved ? saved.view : undefined;
  if (typeof view !== 'object' || view === null) return NO_PREFERENCES;
  const kept = view as Readonly<Record<string, unknown>>;
  const measure = (key: 'upper' | 'lower') => MEASURES.find(known => known === kept[key]) ?? NO_PREFERENCES[key];
  const pair = kept['pair'] as Partial<Pair> | undefined | null;
  const isPlace = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
  return {
    upper: measure('upper'),
    lower: measure('lower'),
    order: kept['order'] === 'clustered' ? 'clustered' : 'network',
    dimension: kept['dimension'] === 0 ? 0 : 1,
    pair: pair && isPlace(pair.a) && isPlace(pair.b) ? { a: pair.a, b: pair.b } : undefined,
  };
}

export function preferencesOf({ upper, lower, order, dimension, pair }: State): Preferences {
  return { upper, lower, order, dimension, pair };
}

export class Store {
  private readonly listeners: ((state: State, before: State) => void)[] = [];

  constructor(private current: State) {}

  get state(): State {
    return this.current;
  }

  set(changes: Partial<State>): void {
    const before = this.current;
    this.current = { ...before, ...changes };
    for (const listener of this.listeners) listener(this.current, before);
  }

  subscribe(listener: (state: State, before: State) => void): void {
    this.listeners.push(listener);
  }
}

/** A cell's number in the matrix of a measure. */
export function valueOf(distances: LayerDistances, measure: Measure, { a, b }: Pair): number {
  const at = a * distances.layers.length + b;
  switch (measure) {
    case 'h0':
      return distances.bottleneck[0]![at]!;
    case 'h1':
      return distances.bottleneck[1]![at]!;
    case 'cka':
      return distances.cka[at]!;
    case 'rtd':
      return distances.rtd[at]!;
  }
}

export function samePair(one: Pair | undefined, other: Pair | undefined): boolean {
  return one?.a === other?.a && one?.b === other?.b;
}
