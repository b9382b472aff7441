import type { ElementType } from '../base/array';
import type { Warning } from '../base/fault';
import type { ChainAnswer } from './layerList/chain';
import type { MissingProgram } from './layerList/missingProgram';
import type { Program } from './program';
import type { StoredTensor } from './storedTensor';

/** `null` stands for a free dimension, such as the batch. */
export type Shape = readonly (number | null)[];

/** Element types as numpy and ml_dtypes name them: the narrow ones are read from quantised models only. */
export type StoredType =
  | ElementType
  | 'int4'
  | 'uint4'
  | 'int2'
  | 'uint2'
  | 'float8_e4m3fn'
  | 'float8_e4m3fnuz'
  | 'float8_e5m2'
  | 'float8_e5m2fnuz'
  | 'float8_e8m0fnu'
  | 'float4_e2m1fn';

/** Types of GGML that store elements in blocks with scales of their own: read from GGUF files, whose values of them are not. */
export type BlockType =
  | `q${'4_0' | '4_1' | '5_0' | '5_1' | '8_0' | '8_1' | '1_0'}`
  | `q${2 | 3 | 4 | 5 | 6 | 8}_k`
  | `iq${'1_s' | '1_m' | '2_xxs' | '2_xs' | '2_s' | '3_xxs' | '3_s' | '4_nl' | '4_xs'}`
  | 'tq1_0'
  | 'tq2_0'
  | 'mxfp4'
  | 'nvfp4';

/** An input or output of a network. */
export interface TensorInfo {
  readonly name: string;
  /** `undefined` where the rank itself is not known. */
  readonly shape: Shape | undefined;
  readonly type: StoredType;
}

/** A tensor stored in the file. */
export interface WeightInfo {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: StoredType | BlockType;
  /** Whether training changes it: running statistics and constants do not count as parameters. */
  readonly trained: boolean;
}

/** A module its author named, or a node of the graph where there are no such names. */
export interface Layer {
  readonly name: string;
  /** The format's own word: Gemm, Conv2D, Linear. */
  readonly op: string;
  readonly outputShape: Shape | undefined;
  readonly parameters: number;
  readonly weights: readonly WeightInfo[];
  /** The tensor that holds this layer's activation: what a runtime is asked for. */
  readonly output: string;
  /** Axis of `outputShape` that holds channels or features, the others being the batch and positions; `undefined` where unknown. */
  readonly channelAxis?: number | undefined;
  /** Names of the layers it reads from; empty where it reads the network's input. */
  readonly inputs: readonly string[];
}

/**
 * A layer in the body of a loop or of a branch. It has another value in each turn, or none, and a runtime gives none of them out: it is described, and its
 * weights are read, but it is not captured. Its `output` is a tensor of the body, and its `inputs` may be inner layers as well.
 */
export interface InnerLayer extends Layer {
  readonly within: {
    /** The layer that is the loop or the branch, among the layers or the inner layers. */
    readonly layer: string;
    /** The format's word for it: Loop, Scan, If. */
    readonly op: string;
  };
}

/** An operator that no runtime of ours knows. */
export interface UnsupportedOperator {
  readonly operator: string;
  readonly node: string;
  /** Names of the layers that do not depend on it and can still run. */
  readonly layersBefore: readonly string[];
}

/** A fact about a model that only its format has. */
export interface ModelDetail {
  readonly name: string;
  readonly value: string;
  /** Where the name is a key that the file's author chose, and no word of ours. */
  readonly metadata?: true;
}

/** A program that is not in the file of weights. */
export interface Assumed {
  /** Goes with every number. */
  readonly sentence: string;
  /** What a person said, where that is what it rests on. */
  readonly answer?: ChainAnswer | undefined;
  /** The file beside the weights that says it, where one does. */
  readonly layerList?: string;
}

/** The neutral description that every format is read into. */
export interface Model {
  /** Such as "onnx". */
  readonly format: string;
  /** Such as "pytorch 1.13.1". */
  readonly producer: string;
  /** Format-specific facts worth showing, such as the opset, in order. */
  readonly details: readonly ModelDetail[];
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  readonly parameters: number;
  /** In the order of computation; each can be captured, as far as the program can be run. */
  readonly layers: readonly Layer[];
  /** Layers in the bodies of loops and branches, which cannot. */
  readonly innerLayers?: readonly InnerLayer[];
  readonly classNames: readonly string[] | undefined;
  readonly unsupported: readonly UnsupportedOperator[];
  /** Among them `not-finite`, naming tensor and rows. */
  readonly warnings: readonly Warning[];
  /** What a runtime is given; `undefined` where the file holds weights without a network, or one that nothing here runs. */
  readonly program: Program | undefined;
  /** A tensor of the file, whose values are read a part at a time. Throws `not-found`, and `unsupported` where they cannot be read. */
  storedWeight(name: string): StoredTensor;
  /** Of a file of weights without its program: what is not known, and the ways to a result. */
  readonly missing?: MissingProgram | undefined;
  /** What was assumed of the program where the file does not say it. */
  readonly assumption?: Assumed | undefined;
  /** The same network for rows of this shape, where the file does not say what its input is and another size was taken for granted. */
  forRows?(rowShape: readonly number[]): Model | undefined;
  /** The values of a stored tensor, as floats. Throws `not-found`, `too-large`. */
  readWeight(name: string): { readonly shape: readonly number[]; readonly values: Float32Array };
}
