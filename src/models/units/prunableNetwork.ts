import type { ModelChanges } from '../changes';
import type { Labels } from './unitBook';

/** Units that can go one by one, outputs of the same layers. They are numbered over the whole network, those of a group one after the other. */
export interface UnitGroup {
  readonly layers: readonly string[];
  /** Number of its first unit. */
  readonly from: number;
  readonly units: number;
  /** Outputs of one layer that go together as a unit: more than 1 for heads of attention. */
  readonly channelsPerUnit: number;
}

/** An axis of a stored tensor, and the unit that each index along it belongs to; −1 for those that stay. */
export interface Slice {
  readonly tensor: string;
  readonly axis: number;
  readonly units: Int32Array;
}

/** Where the element of a weight for an output, a channel of the input and a tap of the kernel stands. */
export interface WeightLayout {
  readonly outputs: number;
  readonly channels: number;
  readonly taps: number;
  readonly base: number;
  readonly outputStride: number;
  readonly channelStride: number;
  readonly tapStride: number;
}

/** How the kernel of a convolution goes over the positions, an entry an axis of space. */
export interface KernelWindow {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Zeros before the first position. */
  readonly padsBefore: readonly number[];
  /** And after the last. */
  readonly padsAfter: readonly number[];
  readonly transposed: boolean;
}

/** A place that a constant which comes to every output can be put into: a bias (sign 1), or the mean that a normalisation takes off (−1). */
export interface BiasPlace {
  readonly tensor: string;
  readonly from: number;
  readonly sign: 1 | -1;
}

/** A linear map with stored weights, which reads units. */
export interface LinearUse {
  /** Stored tensor of its weights. */
  readonly weight: string;
  readonly layout: WeightLayout;
  /** Tensor of the program that it reads. */
  readonly input: string;
  /** Axis of the input that has the channels; −1 for the last. */
  readonly channelAxis: number;
  /** First channel that it reads: of a convolution in groups each group is a use of its own. */
  readonly channelFrom: number;
  /** Undefined for dense layers, to which all other axes are samples. */
  readonly window: KernelWindow | undefined;
  readonly bias: BiasPlace | undefined;
  /** Unit of each channel; −1 for those that stay. */
  readonly units: Int32Array;
  /** Whether other operators read the same weights: then they are not changed for this one. */
  readonly shared: boolean;
}

/** How many of the indices with these labels are left. */
export type UnitsKept = (labels: Labels) => number;

/** What of a network can go, and what goes with it. */
export interface PrunableNetwork {
  readonly groups: readonly UnitGroup[];
  /** Of all groups. */
  readonly units: number;
  readonly leftWhole: readonly {
    readonly layers: readonly string[];
    readonly units: number;
    readonly reason: string;
  }[];
  readonly slices: readonly Slice[];
  /** In the order of computation. */
  readonly uses: readonly LinearUse[];
  /** Weights whose layers give units: the axis of their outputs, and the unit of each. */
  readonly givers: readonly Slice[];
  /** What else of the file changes when units go (1 in `removed`): sizes that are written in its nodes or settings. */
  structure(removed: Uint8Array): Pick<ModelChanges, 'tensors' | 'onnx' | 'keras'>;
}
