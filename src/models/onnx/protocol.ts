import type { StoredType } from '../model';
import type { ElementKind } from './elementTypes';

/** Numbers of the fields of onnx.proto (ONNX 1.19) that are read, message by message. */
export const FIELDS = {
  model: {
    irVersion: 1,
    producerName: 2,
    producerVersion: 3,
    domain: 4,
    modelVersion: 5,
    docString: 6,
    graph: 7,
    opsetImport: 8,
    metadataProps: 14,
    trainingInfo: 20,
    functions: 25,
    configuration: 26,
  },
  graph: {
    node: 1,
    name: 2,
    initializer: 5,
    docString: 10,
    input: 11,
    output: 12,
    valueInfo: 13,
    quantizationAnnotation: 14,
    sparseInitializer: 15,
    metadataProps: 16,
  },
  node: {
    input: 1,
    output: 2,
    name: 3,
    opType: 4,
    attribute: 5,
    docString: 6,
    domain: 7,
    overload: 8,
    metadataProps: 9,
  },
  attribute: {
    name: 1,
    float: 2,
    integer: 3,
    string: 4,
    tensor: 5,
    graph: 6,
    floats: 7,
    integers: 8,
    strings: 9,
    tensors: 10,
    graphs: 11,
    sparseTensor: 22,
    sparseTensors: 23,
  },
  tensor: {
    dims: 1,
    dataType: 2,
    segment: 3,
    floatData: 4,
    int32Data: 5,
    stringData: 6,
    int64Data: 7,
    name: 8,
    rawData: 9,
    doubleData: 10,
    uint64Data: 11,
    externalData: 13,
    dataLocation: 14,
  },
  value: { name: 1, type: 2 },
  entry: { key: 1, value: 2 },
  opset: { domain: 1, version: 2 },
  function: {
    name: 1,
    input: 4,
    output: 5,
    attribute: 6,
    node: 7,
    opsetImport: 9,
    domain: 10,
    attributeProto: 11,
    valueInfo: 12,
    overload: 13,
  },
} as const;

/** Bytes [start, end) of the model file. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** A tensor in the file: where its values are, checked against its shape, not the values. */
export interface OnnxTensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly kind: ElementKind;
  /** Number of elements. */
  readonly size: number;
  /** The message. */
  readonly range: Range;
  readonly storage:
    | { readonly at: 'raw'; readonly range: Range }
    /** In a repeated field of numbers within the message. */
    | { readonly at: 'typed' }
    | { readonly at: 'external'; readonly location: string; readonly offset: number; readonly length: number };
}

/** A dimension: known, or named by the file ("batch"), or free without a name. */
export type Dimension = number | string | null;

export interface OnnxValue {
  readonly name: string;
  /** `undefined` for values that are no tensors, such as sequences, or of undeclared type. */
  readonly type: StoredType | undefined;
  readonly dims: readonly Dimension[] | undefined;
  readonly range: Range;
}

export interface OnnxAttribute {
  readonly integer?: number;
  readonly float?: number;
  readonly string?: string;
  readonly integers?: readonly number[];
  readonly floats?: { readonly count: number; readonly range: Range };
  readonly strings?: readonly string[];
  readonly tensor?: OnnxTensor;
  readonly graphs: readonly OnnxGraph[];
  readonly sparse: boolean;
}

export interface OnnxNode {
  /** As written; may be empty. */
  readonly name: string;
  readonly op: string;
  /** '' for ai.onnx. */
  readonly domain: string;
  readonly overload: string;
  /** '' stands for an optional input that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, OnnxAttribute>;
  readonly metadata: ReadonlyMap<string, string>;
  readonly range: Range;
}

export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: ReadonlyMap<string, OnnxTensor>;
  /** Names and shapes of sparse initializers, which are listed but never read. */
  readonly sparse: ReadonlyMap<string, Range>;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly values: ReadonlyMap<string, OnnxValue>;
}

export interface OnnxFunction {
  readonly name: string;
  readonly domain: string;
  readonly overload: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly nodes: readonly OnnxNode[];
}

export interface OnnxFile {
  readonly irVersion: number;
  readonly producerName: string;
  readonly producerVersion: string;
  readonly domain: string;
  readonly documentation: string;
  /** Version by domain, '' for ai.onnx. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly metadata: ReadonlyMap<string, string>;
  readonly graph: OnnxGraph;
  /** By `functionKey`. */
  readonly functions: ReadonlyMap<string, OnnxFunction>;
}

/** What a node calls a local function by. */
export function functionKey(of: { readonly domain: string; readonly name: string; readonly overload: string }): string {
  return `${of.domain}\u0000${of.name}\u0000${of.overload}`;
}
