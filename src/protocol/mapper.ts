import type { Warning } from '../base/fault';
import type {
  MapperBaseline,
  MapperFacts,
  MapperFinding,
  MapperGrid,
  MapperLoop,
  MapperLoops,
  MapperShape,
  MapperSubject,
  UnitCommunities,
  UnitCommunity,
} from '../analyses/mapperView';
import type { ClusteringMethod } from '../topology/mapper';
import type { InputsToView, PanelRestore, Plain, RunToView } from './panel';

/** What crosses between the extension host and the view of Mapper graphs; the rules are those of `panel.ts`. */

/** What is known before any graph is made. */
export interface MapperHead extends Omit<MapperSubject, 'points' | 'provenance'> {
  readonly points: { readonly count: number; readonly width: number };
}

/** How a graph is made. */
export interface MapperParameters {
  /** One or two of: l2, pca1, pca2, density, eccentricity, confidence, error, `column N`. */
  readonly lenses: readonly string[];
  /** Of each lens. */
  readonly intervals: number;
  readonly overlap: number;
  readonly clustering: ClusteringMethod;
  /** The radius is the knee of the neighbour distances times this. */
  readonly radiusFactor: number;
  readonly minimumPoints: number;
}

/** Rows of a data file that a person has named: nodes of any model's graph on that data can be coloured by them. */
export interface Slice {
  readonly name: string;
  readonly rows: readonly number[];
}

export type MapperToView =
  | RunToView<never, MapperHead>
  | InputsToView
  | {
      readonly type: 'start';
      readonly title: string;
      readonly restore: PanelRestore;
      readonly layer: string | undefined;
      /** What a view of this layer kept the last time, as it gave it. */
      readonly kept: string | undefined;
    }
  | {
      readonly type: 'graph';
      readonly request: number;
      readonly parameters: MapperParameters;
      readonly shape: MapperShape;
      /** Values of each lens, a point each; undefined where they are as before. */
      readonly lenses: readonly Float64Array[] | undefined;
    }
  | { readonly type: 'features'; readonly request: number; readonly findings: readonly MapperFinding[] }
  | { readonly type: 'untrained'; readonly request: number; readonly baseline: MapperBaseline }
  | { readonly type: 'grid'; readonly request: number; readonly grid: MapperGrid }
  | { readonly type: 'loops'; readonly loops: MapperLoops }
  | { readonly type: 'communities'; readonly communities: UnitCommunities }
  | { readonly type: 'slices'; readonly slices: readonly Slice[] }
  /** What was asked for cannot be had. */
  | { readonly type: 'refused'; readonly what: 'graph' | 'grid' | 'loops' | 'communities'; readonly sentence: string };

export type MapperFromView =
  | Plain<'ready' | 'cancel' | 'rerun' | 'pickData' | 'showLog' | 'chooseModel' | 'describe' | 'loops' | 'communities'>
  | { readonly type: 'confirm'; readonly proceed: boolean }
  | { readonly type: 'graph'; readonly request: number; readonly parameters: MapperParameters }
  | { readonly type: 'grid'; readonly request: number; readonly parameters: MapperParameters }
  | { readonly type: 'subject'; readonly layer: string; readonly points: number }
  | { readonly type: 'inputs'; readonly request: number; readonly rows: readonly number[] }
  | { readonly type: 'slice'; readonly name: string; readonly rows: Uint32Array }
  | { readonly type: 'removeSlice'; readonly name: string }
  /** To be given back the next time. */
  | { readonly type: 'keep'; readonly view: string }
  | {
      readonly type: 'save';
      readonly suggestedName: string;
      readonly format: 'csv' | 'png';
      readonly content: string | Uint8Array;
    }
  | { readonly type: 'copy'; readonly text: string }
  | { readonly type: 'openDocs'; readonly page: string };

export type {
  MapperBaseline,
  MapperFacts,
  MapperFinding,
  MapperGrid,
  MapperLoop,
  MapperLoops,
  MapperShape,
  UnitCommunities,
  UnitCommunity,
  Warning,
};
