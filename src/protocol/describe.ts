import type { OutlineResult } from '../analyses/describe';
import type { PlacedGraph } from '../analyses/layerGraph/layerGraph';
import type { WeightHistogram } from '../analyses/weightHistogram';
import type { ProgramWay } from './panel';
import type { FaultData, Warning } from './results';

/**
 * What crosses between the extension host and the page that describes a model. The page knows the model's outline; where its layers are drawn and what its tensors hold
 * it asks for, as a person looks at them. Which file that is, the host knows. Layers and blocks are named, and are the file's own.
 */
export type DescribeToView =
  /** The words of the page in the person's language, before anything else. */
  | { readonly type: 'words'; readonly words: DescribeWords }
  | {
      readonly type: 'model';
      readonly name: string;
      readonly sizeBytes: number;
      readonly model: OutlineResult;
      /** Whether a person's own Python may be able to run these weights. */
      readonly offersPython: boolean;
      /** What it is another one for than the page has shown. */
      readonly renewed?: { readonly by: Renewal; /** Milliseconds since 1970. */ readonly at: number };
    }
  /** What the page shows is no longer what is there: it is being read again, or the file is gone. */
  | { readonly type: 'stale'; readonly why: 'changed' | 'gone' }
  | { readonly type: 'failed'; readonly name: string; readonly fault: FaultData }
  /** Answers `layout`; only the last one that was asked for is answered. */
  | { readonly type: 'graph'; readonly request: number; readonly graph: PlacedGraph }
  | { readonly type: 'graphFailed'; readonly request: number; readonly fault: FaultData }
  /** A tensor of a layer that was asked for, as it is read. */
  | { readonly type: 'weight'; readonly layer: string; readonly reading: WeightReading }
  | { readonly type: 'weightProgress'; readonly layer: string; readonly fraction: number }
  /** Whether the weights have been looked through for values that are not finite: that reads all of them. */
  | { readonly type: 'check'; readonly check: WeightCheck }
  /** Shows a layer, wherever it is. */
  | { readonly type: 'reveal'; readonly layer: string };

/** What was changed: the model's file, the list of its layers, or what was said of them. */
export type Renewal = 'file' | 'layerList' | 'answer';

export type WeightReading =
  | { readonly kind: 'histogram'; readonly histogram: WeightHistogram }
  | { readonly kind: 'fault'; readonly name: string; readonly fault: FaultData };

export type WeightCheck =
  | { readonly kind: 'open'; readonly bytes: number }
  | { readonly kind: 'running' }
  | { readonly kind: 'done'; readonly warnings: readonly Warning[] }
  | { readonly kind: 'failed'; readonly fault: FaultData };

export type DescribeFromView =
  /** `forgetChoices` takes back what was said of this file. */
  | { readonly type: 'ready' | 'showLog' | 'checkWeights' | 'forgetChoices' }
  /** Goes a way to a result of weights without a program. */
  | { readonly type: 'programWay'; readonly way: ProgramWay }
  /** Opens the topology of the model, at a layer where one is given. */
  | { readonly type: 'inspect'; readonly layer?: string }
  /** The Mapper graph of a layer. */
  | { readonly type: 'mapper'; readonly layer: string }
  /** Where the layers stand with these blocks open; the host's own choice where none are given. */
  | { readonly type: 'layout'; readonly request: number; readonly open?: readonly string[] }
  /** Reads the tensors of a layer, and no longer those of another; of none where none is given. */
  | { readonly type: 'weights'; readonly layer?: string };

/** Every word of the page. {0} stands for a number or a name. */
export interface DescribeWords {
  readonly inspect: string;
  readonly mapper: string;
  readonly format: string;
  readonly producer: string;
  readonly parameters: string;
  readonly fileSize: string;
  readonly classes: string;
  readonly inputs: string;
  readonly outputs: string;
  readonly layers: string;
  readonly name: string;
  readonly shape: string;
  readonly type: string;
  readonly operator: string;
  readonly outputShape: string;
  readonly weights: string;
  readonly filter: string;
  readonly noMatch: string;
  readonly shown: string;
  readonly warnings: string;
  readonly unsupported: string;
  readonly unsupportedNode: string;
  readonly layersBefore: string;
  readonly noneBefore: string;
  readonly unknown: string;
  readonly showLog: string;
  readonly metadata: string;
  readonly key: string;
  readonly value: string;
  readonly model: string;
  readonly graph: string;
  readonly table: string;
  readonly view: string;
  readonly selectedLayer: string;
  readonly find: string;
  readonly nextHit: string;
  readonly previousHit: string;
  readonly hit: string;
  readonly zoomIn: string;
  readonly zoomOut: string;
  readonly fit: string;
  readonly openAll: string;
  readonly foldAll: string;
  readonly open: string;
  readonly fold: string;
  readonly layingOut: string;
  readonly graphHelp: string;
  readonly graphLabel: string;
  readonly nodeLayer: string;
  readonly nodeBlock: string;
  readonly nodeReads: string;
  readonly nodeReadBy: string;
  readonly blockOf: string;
  readonly layersOf: string;
  readonly reads: string;
  readonly readBy: string;
  readonly nothing: string;
  readonly input: string;
  readonly block: string;
  readonly showTopology: string;
  readonly back: string;
  readonly noWeights: string;
  readonly readingWeights: string;
  readonly values: string;
  readonly least: string;
  readonly greatest: string;
  readonly mean: string;
  readonly deviation: string;
  readonly zeros: string;
  readonly notFinite: string;
  readonly histogram: string;
  readonly storedValues: string;
  readonly notTrained: string;
  readonly bodyOf: string;
  readonly notCaptured: string;
  readonly onlyWeights: string;
  readonly onlyWeightsHint: string;
  readonly notRunnable: string;
  readonly ways: Readonly<Record<ProgramWay, string>>;
  readonly noGraph: string;
  readonly checkWeights: string;
  readonly checking: string;
  readonly checkedFinite: string;
  /** {0} is a time of day. */
  readonly renewed: Readonly<Record<Renewal, string>>;
  readonly stale: Readonly<Record<'changed' | 'gone', string>>;
  readonly chooseAgain: string;
  readonly forgetChoices: string;
}

export type { MissingFacts } from '../analyses/describe';
export type { OutlineResult, PlacedGraph, WeightHistogram };
export type { DescribeResult } from '../analyses/describe';
