import type { DataChoice } from '../../protocol/panel';
import type { InspectParameters, Reduction } from '../../protocol/results';
import { isReduction } from '../inspect/messages';

/** Something that was made and can be opened again. */
export type HistoryEntry =
  | {
      readonly kind: 'result';
      /** Absolute path of the model. */
      readonly model: string;
      readonly data: DataChoice;
      readonly points: number;
      readonly maxDimension: number;
      /** Where one was chosen, instead of by the layers' shapes. */
      readonly reduction?: Reduction;
      readonly seed: number;
      readonly layers: number;
      /** Milliseconds since 1970. */
      readonly when: number;
    }
  | { readonly kind: 'report'; readonly file: string; readonly model: string; readonly when: number }
  | AnalysisEntry;

/** Something else that was measured of models, or of a folder of checkpoints. */
export interface AnalysisEntry {
  readonly kind: Analysis;
  /** Absolute path of the model or folder, of several the first. */
  readonly model: string;
  /** The others, or paths within the folder where only some were chosen. */
  readonly others: readonly string[];
  readonly data: DataChoice;
  /** Rows that were only reported on. */
  readonly holdout?: DataChoice;
  readonly when: number;
}

export type Analysis = 'redundancy' | 'prune' | 'compare' | 'timeline';

const ANALYSES: readonly Analysis[] = ['redundancy', 'prune', 'compare', 'timeline'];

export const MOST_ENTRIES = 50;

/** The history with one more entry in front; what it repeats goes, and so do the oldest above the limit. */
export function withEntry(history: readonly HistoryEntry[], entry: HistoryEntry): readonly HistoryEntry[] {
  const key = keyOf(entry);
  return [entry, ...history.filter(other => keyOf(other) !== key)].slice(0, MOST_ENTRIES);
}

export function withoutEntry(history: readonly HistoryEntry[], entry: HistoryEntry): readonly HistoryEntry[] {
  const key = keyOf(entry);
  return history.filter(other => keyOf(other) !== key);
}

/** What a store that may be of another version holds; entries of another form are left out. */
export function readHistory(stored: unknown): readonly HistoryEntry[] {
  return Array.isArray(stored) ? stored.filter(isEntry) : [];
}

/** The entry of an inspection that has ended. */
export function resultEntry(
  model: string,
  data: DataChoice,
  { points, maxDimension, reduction, seed }: InspectParameters,
  layers: number,
  when: number,
): HistoryEntry {
  const chosen = reduction === undefined ? {} : { reduction };
  return { kind: 'result', model, data, points, maxDimension, ...chosen, seed, layers, when };
}

/** Whether such an inspection has ended before, so that its layers are likely to be in the cache. */
export function hasResult(
  history: readonly HistoryEntry[],
  model: string,
  data: DataChoice,
  parameters: InspectParameters,
): boolean {
  const key = keyOf(resultEntry(model, data, parameters, 0, 0));
  return history.some(entry => keyOf(entry) === key);
}

export function keyOf(entry: HistoryEntry): string {
  switch (entry.kind) {
    case 'report':
      return JSON.stringify(['report', entry.file]);
    case 'result': {
      const { model, data, points, maxDimension, reduction, seed } = entry;
      return JSON.stringify(['result', model, data, points, maxDimension, reduction, seed]);
    }
    case 'redundancy':
    case 'prune':
    case 'compare':
    case 'timeline':
      return JSON.stringify([entry.kind, entry.model, entry.others, entry.data, entry.holdout]);
  }
}

function isEntry(value: unknown): value is HistoryEntry {
  if (typeof value !== 'object' || value === null) return false;
  const entry = value as Record<string, unknown>;
  if (typeof entry.when !== 'number' || typeof entry.model !== 'string') return false;
  if (entry.kind === 'report') return typeof entry.file === 'string';
  if (!isChoice(entry.data)) return false;
  if (ANALYSES.some(analysis => analysis === entry.kind))
    return (
      Array.isArray(entry.others) &&
      entry.others.every(other => typeof other === 'string') &&
      (entry.holdout === undefined || isChoice(entry.holdout))
    );
  return (
    entry.kind === 'result' &&
    (entry.reduction === undefined || isReduction(entry.reduction)) &&
    [entry.points, entry.maxDimension, entry.seed, entry.layers].every(number => typeof number === 'number')
  );
}

function isChoice(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, data } = value as Record<string, unknown>;
  return kind === 'random' || kind === 'stored' || (kind === 'file' && typeof data === 'string');
}
