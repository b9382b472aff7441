import type { ActivationsResult } from '../analyses/activations';
import type { DescribeResult, MissingFacts, OutlineResult } from '../analyses/describe';
import type { ChainAnswer } from '../models/layerList/chain';
import type { GraphLayer } from '../analyses/layerGraph/graphLayer';
import type { PlacedGraph } from '../analyses/layerGraph/layerGraph';
import type { CompareParameters, ComparePartial, CompareResult } from '../analyses/compare/compare';
import type { CheckResult, DriftLimits } from '../analyses/compare/drift';
import type { Forecast, InspectParameters, InspectPartial, InspectResult } from '../analyses/inspect';
import type { RipsParameters, RipsResult } from '../analyses/rips';
import type { PixelChoice } from '../data/images/pixelValues';
import type { WeightReading } from '../protocol/describe';
import type { InputPreview } from '../protocol/panel';
import type { BoundaryOperations } from './boundaryTypes';
import type { LandscapeOperations } from './landscapeTypes';
import type { FailureOperations } from './failureTypes';
import type { MapperViewOperations } from './mapperTypes';
import type { AttentionOperations } from './attentionTypes';
import type { MeasureOperations } from './measureTypes';
import type { RedundancyOperations } from './redundancyTypes';
import type { TimelineOperations } from './timelineTypes';
import type { PruneOperations } from './pruneTypes';

/**
 * Everything the engine can be asked: name → input, parts on the way, and result. All of it is plain data, so that it crosses
 * threads; files are named by path and opened where the work is done.
 */
export interface Operations
  extends
    AttentionOperations,
    BoundaryOperations,
    LandscapeOperations,
    FailureOperations,
    MeasureOperations,
    RedundancyOperations,
    TimelineOperations,
    PruneOperations,
    MapperViewOperations {
  /** What a model file holds: layers, shapes, parameters. Reads no more than its header needs. */
  readonly describe: Operation<Answered & { readonly model: string }, never, DescribeResult>;
  /** For weights without a program: a first layer list, and code that exports them. */
  readonly programHelp: Operation<{ readonly model: string }, never, ProgramHelp>;
  /** The same without what weights have to be read for. */
  readonly outline: Operation<Answered & { readonly model: string }, never, OutlineResult>;
  /** sha256 of a model, as results are kept by: all of it is read. */
  readonly modelHash: Operation<{ readonly model: string }, never, string>;
  /** Where a network's layers are drawn, with some of its blocks open. */
  readonly layerGraph: Operation<LayerGraphInput, never, PlacedGraph>;
  /** How the values of stored tensors are distributed. Parts: each as it is read. */
  readonly weightHistograms: Operation<WeightHistogramsInput, WeightReading, readonly WeightReading[]>;
  /** The topology of a model's layers. Parts: the head, then each layer as it is computed, then the findings. */
  readonly inspect: Operation<InspectInput, InspectPartial, InspectResult>;
  /** Layers of two or more models on the same rows. Parts: the head, then layers and pairs as they are computed, and findings. */
  readonly compare: Operation<CompareInput, ComparePartial, CompareResult>;
  /** What `compare` would cost. Opens the models and the data, and runs nothing. */
  readonly compareForecast: Operation<CompareInput, never, Forecast>;
  /** An inspection held against an earlier one. */
  readonly check: Operation<CheckInput, never, CheckResult>;
  /** What `inspect` would cost, from the files' headers alone. */
  readonly forecast: Operation<InspectInput, never, InspectForecast>;
  /** Activations of layers, written to an .npz file. */
  readonly activations: Operation<ActivationsInput, never, ActivationsResult>;
  /** Persistent homology of one point cloud. */
  readonly rips: Operation<RipsInput, never, RipsResult>;
  /** Rows of a data set as a view can draw them. */
  readonly inputs: Operation<InputsInput, never, readonly InputPreview[]>;
  /** Which of these files could be a model's data or labels. A file that cannot be read is left out. */
  readonly dataCandidates: Operation<
    /** `input` where it is for another than the main one. */
    Answered & { readonly model: string; readonly files: readonly string[]; readonly input?: string },
    never,
    readonly DataCandidate[]
  >;
  /** What could be labels in these files: a column or array each. A file that cannot be read is left out. */
  readonly labelCandidates: Operation<{ readonly files: readonly string[] }, never, readonly LabelCandidate[]>;
  /** What a file or folder is, where its name does not say it: a model, saved activations, or data. From headers alone. */
  readonly contents: Operation<{ readonly file: string }, never, FileContents>;
  /** Starts workers, the inference runtime and the kernels, so that an `inspect` that follows does not wait for them. */
  readonly prepare: Operation<object, never, null>;
  /** The one-file page of an inspection that was run before. */
  readonly report: Operation<{ readonly result: InspectResult }, never, string>;
  /** The one-file page of a comparison that was run before. */
  readonly compareReport: Operation<{ readonly result: CompareResult }, never, string>;
}

export interface Operation<Input, Part, Output> {
  readonly input: Input;
  readonly part: Part;
  readonly output: Output;
}

export type OperationName = keyof Operations;
export type OperationInput<Name extends OperationName> = Operations[Name]['input'];
export type OperationPart<Name extends OperationName> = Operations[Name]['part'];
export type OperationOutput<Name extends OperationName> = Operations[Name]['output'];

/** How a data file is read, beyond its path. Undefined means cli.md's defaults. */
export interface DataReading {
  /** Order of the classes of text labels. */
  readonly classes?: readonly string[];
  /** Multiplies all values, instead of what would be done by the file's kind. */
  readonly scale?: number;
  /** Which values stand for the pixels of images, instead of what the model says of them. */
  readonly pixels?: PixelChoice;
  /** Leaves out rows with NaN or infinity instead of refusing them. */
  readonly dropNotFinite?: boolean;
  /** Rows of further inputs, by their names, each as `data`; masks, segments and positions are made. An array of the same .npz that is called like an input is its rows. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** Path of a tokenizer.json or vocab.txt, or the folder of one; looked for beside the model where left out. */
  readonly vocabulary?: string;
}

/** What a person said of weights that are a chain: it is asked once, and goes with everything that is asked of them. */
export interface Answered {
  readonly answer?: ChainAnswer;
}

export interface ProgramHelp {
  /** A file beside the weights, and what to write into it. */
  readonly layerList: { readonly file: string; readonly text: string } | undefined;
  readonly exportCode: string;
}

export interface InspectInput extends DataReading, Answered {
  /** Path of a model, or of an .npz of activations (then `data` is left out). */
  readonly model: string;
  /** Path, with `#array` where the file holds several; or random input, when there is no data. */
  readonly data?: string | RandomInput;
  /** Path, with `#array` or `#column`. */
  readonly labels?: string;
  /** What is left out is taken from `defaultInspectParameters`. */
  readonly parameters?: Partial<InspectParameters>;
  /** Refuses with `too-large` when the forecast is above. Half of the machine's memory unless given. */
  readonly memoryLimitBytes?: number;
}

export interface CompareInput extends DataReading {
  /** Paths of two or more models, or of activations (then `data` is left out). */
  readonly models: readonly string[];
  readonly data?: string | RandomInput;
  readonly labels?: string;
  readonly parameters?: Partial<CompareParameters>;
  /** What a person said of weights that are a chain, a model each. */
  readonly answers?: readonly (ChainAnswer | undefined)[];
  readonly memoryLimitBytes?: number;
}

/** Parameters that are left out, or undefined, are the baseline's. */
export interface CheckInput extends Omit<InspectInput, 'parameters'>, DriftLimits {
  readonly parameters?: { readonly [Name in keyof InspectParameters]?: InspectParameters[Name] | undefined };
  /** Path of the JSON of an inspection. */
  readonly baseline: string;
}

/** Rows of standard normal numbers in the model's input shape. */
export interface RandomInput {
  readonly random: true;
}

export interface LayerGraphInput {
  readonly layers: readonly GraphLayer[];
  /** Names of the open blocks; as many levels as are seen at a glance where left out. */
  readonly open?: readonly string[];
}

export interface WeightHistogramsInput {
  readonly model: string;
  /** Names of tensors. */
  readonly weights: readonly string[];
}

export interface ActivationsInput extends DataReading {
  readonly model: string;
  readonly data: string;
  /** All where left out. */
  readonly layers?: readonly string[];
  /** Path of the .npz to write. */
  readonly out: string;
  /** Whether an existing file may be overwritten. */
  readonly force?: boolean;
}

export interface RipsInput extends DataReading {
  readonly cloud: string;
  readonly parameters: RipsParameters;
  readonly memoryLimitBytes?: number;
}

export interface InputsInput extends DataReading, Answered {
  readonly data: string;
  readonly labels?: string;
  readonly rows: readonly number[];
  /** Given, a row's shape is taken from the model's input, so that 64 numbers can be an 8 × 8 image. */
  readonly model?: string;
}

export interface DataCandidate {
  /** As `data` or `labels` take it: the path, with `#array` or `#column` where the file holds several. */
  readonly data: string;
  /** Estimated from the file's size where `rowsExact` is false. */
  readonly rows: number;
  readonly rowsExact: boolean;
  readonly rowShape: readonly number[];
  /** Whether one row is what the model's input wants. */
  readonly fits: boolean;
  /** Whether it fits by its very shape, and not only after reshaping. */
  readonly exact: boolean;
  /** The labels that lie beside it: an array of the same file, a column, or a file whose name differs by X and y. */
  readonly labels: string | undefined;
  /** Whether rows are texts, which a tokenizer has to make numbers of. */
  readonly texts?: boolean;
  /** What is done to images for this model, as a sentence part. */
  readonly treatment?: string;
  /** All that lie in the same file, best first. */
  readonly labelsInside: readonly string[];
}

export interface LabelCandidate {
  /** As `labels` takes it. */
  readonly labels: string;
  /** Estimated from the file's size where `rowsExact` is false. */
  readonly rows: number;
  readonly rowsExact: boolean;
}

export type ContentKind = 'model' | 'activations' | 'data';

export interface FileContents {
  /** The likeliest. */
  readonly kind: ContentKind;
  /** What it may be as well, where its content leaves that open. */
  readonly open: readonly ContentKind[];
  /** Labels that lie in it, as `labels` takes them, best first. */
  readonly labels: readonly string[];
  /** Arrays of activations or data. */
  readonly arrays: readonly { readonly name: string; readonly shape: readonly number[] }[];
}

export interface InspectForecast extends Forecast {
  /** Layers that would be computed. */
  readonly layers: number;
  readonly points: number;
  /** Bytes that the engine allows without being told otherwise. */
  readonly memoryLimitBytes: number;
  /** The largest number of points whose forecast is within the limit; at least `points` where it fits. */
  readonly pointsThatFit: number;
  /** Of weights without a program, which cannot be run. */
  readonly missing?: MissingFacts;
}
