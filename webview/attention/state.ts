import type { AttentionHead, AttentionResult } from '../../src/protocol/attention';
import type { PanelRestore, PanelStatus } from '../../src/protocol/panel';

/** What a cell of the grid tells of a head. */
export const MEASURES = ['separation', 'purity', 'beta0', 'beta1'] as const;
export type Measure = (typeof MEASURES)[number];

/** What the nodes of a Mapper graph are coloured by. */
export const COLOURS = ['role', 'position', 'word'] as const;
export type Colour = (typeof COLOURS)[number];

/** A layer and a head of it. */
export interface HeadId {
  readonly layer: number;
  readonly head: number;
}

/** What a person has set; it outlives the page. */
export interface Preferences {
  readonly measure: Measure;
  /** Place among the thresholds. */
  readonly threshold: number;
  readonly colour: Colour;
  readonly head: HeadId | undefined;
}

export const NO_PREFERENCES: Preferences = { measure: 'separation', threshold: 2, colour: 'role', head: undefined };
const MOST_THRESHOLDS = 16;

/** What else the page knows; changes of it come with `update`. */
export interface State extends Preferences {
  readonly title: string;
  readonly commandLine: string;
  readonly restore: PanelRestore | undefined;
  readonly status: PanelStatus | undefined;
  readonly result: AttentionResult | undefined;
  /** Nodes that are selected in the graph of the head, ascending. */
  readonly nodes: readonly number[];
  /** The text whose map is shown, and the word of it that was chosen. */
  readonly text: { readonly text: number; readonly word: number | undefined } | undefined;
}

export function emptyState(preferences: Preferences): State {
  return { ...preferences, title: '', commandLine: '', restore: undefined, status: undefined, result: undefined, nodes: [], text: undefined }; // prettier-ignore
}

/** Preferences out of whatever was kept; what is not understood is as at first. */
export function readPreferences(saved: unknown): Preferences {
  const view = typeof saved === 'object' && saved !== null && 'view' in saved ? saved.view : undefined;
  if (typeof view !== 'object' || view === null) return NO_PREFERENCES;
  const kept = view as Readonly<Record<string, unknown>>;
  const head = kept['head'] as Partial<HeadId> | undefined | null;
  const isPlace = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
  const threshold = kept['threshold'];
  return {
    measure: MEASURES.find(known => known === kept['measure']) ?? NO_PREFERENCES.measure,
    threshold: isPlace(threshold) && threshold < MOST_THRESHOLDS ? threshold : NO_PREFERENCES.threshold,
    colour: COLOURS.find(known => known === kept['colour']) ?? NO_PREFERENCES.colour,
    head: head && isPlace(head.layer) && isPlace(head.head) ? { layer: head.layer, head: head.head } : undefined,
  };
}

export function preferencesOf({ measure, threshold, colour, head }: State): Preferences {
  return { measure, threshold, colour, head };
}

export function sameHead(a: HeadId | undefined, b: HeadId | undefined): boolean {
  return a?.layer === b?.layer && a?.head === b?.head;
}

export function headOf({ result, head }: State): AttentionHead | undefined {
  return result?.heads.find(one => sameHead(one, head));
}

/** The number that a cell shows; `undefined` where there is none. */
export function measured(head: AttentionHead, measure: Measure, threshold: number): number | undefined {
  const features = head.features[threshold];
  switch (measure) {
    case 'separation':
      return head.separation?.purity;
    case 'purity':
      return head.purity ?? undefined;
    case 'beta0':
      return features?.beta0.mean;
    case 'beta1':
      return features?.beta1.mean;
  }
}
