import type { LinearUse } from '../../models/units/prunableNetwork';
import { product } from '../fitInput';
import type { FetchedTensor } from '../network';
import type { Features } from './features';

/** A tensor as before × channels × after. */
export interface TensorView {
  readonly values: ArrayLike<number>;
  readonly channels: number;
  readonly before: number;
  readonly after: number;
  readonly space: readonly number[];
  /** Of the rows in `before`, which may fill up a batch of a fixed size: those are no samples. */
  readonly share: number;
  readonly count: number;
}

/** What a linear map reads of a batch, `count` of whose rows are real; undefined for text. */
export function viewOf(
  { values, dims }: FetchedTensor,
  { channelAxis }: LinearUse,
  batch: number,
  count: number,
): TensorView | undefined {
  if (values === undefined) return undefined;
  const axis = channelAxis < 0 ? dims.length + channelAxis : channelAxis;
  return {
    values,
    channels: dims[axis]!,
    before: product(dims.slice(0, axis)),
    after: product(dims.slice(axis + 1)),
    space: dims.filter((_, at) => at !== 0 && at !== axis),
    share: dims[0] === batch && axis > 0 ? count / batch : 1,
    count,
  };
}

export interface FeatureSamples {
  /** How many samples there are. */
  readonly places: number;
  /** Writes all features of a sample into `into`, from `from` on. */
  readonly read: (at: number, into: Float64Array, from: number) => void;
}

export function readFeatures(use: LinearUse, features: Features, view: TensorView): FeatureSamples {
  if (features.kind === 'taps') return taps(use, features, view);
  return features.kind === 'shared' ? shared(use, features, view) : channels(use, features, view);
}

function channels({ channelFrom }: LinearUse, { count }: Features, view: TensorView): FeatureSamples {
  const { values, channels: width, before, after, share } = view;
  return {
    places: Math.floor(before * share) * after,
    read(at, into, from) {
      const start = (Math.floor(at / after) * width + channelFrom) * after + (at % after);
      for (let f = 0; f < count; f++) into[from + f] = values[start + f * after]!;
    },
  };
}

function shared({ channelFrom }: LinearUse, { count, blocks, channelOf }: Features, view: TensorView): FeatureSamples {
  const { values, channels: width, before, share } = view;
  return {
    places: Math.floor(before * share) * blocks,
    read(at, into, from) {
      const start = Math.floor(at / blocks) * width + channelFrom;
      const block = at % blocks;
      for (let f = 0; f < count; f++) into[from + f] = values[start + channelOf[f * blocks + block]!]!;
    },
  };
}

function taps(use: LinearUse, features: Features, view: TensorView): FeatureSamples {
  const { values, channels: width, after, space, count } = view;
  const { kernel, strides, dilations, padsBefore, padsAfter, transposed } = use.window!;
  const all = product(kernel);
  const positions = product(space);
  const outputs = space.map((length, axis) => {
    const reach = dilations[axis]! * (kernel[axis]! - 1);
    return transposed
      ? (length - 1) * strides[axis]! + reach + 1 - padsBefore[axis]! - padsAfter[axis]!
      : Math.floor((length + padsBefore[axis]! + padsAfter[axis]! - reach - 1) / strides[axis]!) + 1;
  });
  const places = product(outputs);
  const channelCount = features.count / all;
  const source = new Int32Array(all);
  return {
    places: count * places,
    read(at, into, from) {
      const row = Math.floor(at / places);
      for (let tap = 0; tap < all; tap++) {
        // From the last axis to the first: where the tap lies in the input, −1 outside of it.
        let [rest, left, place, stride] = [at % places, tap, 0, 1];
        for (let axis = space.length - 1; axis >= 0 && place >= 0; axis--) {
          const out = rest % outputs[axis]!;
          rest = Math.floor(rest / outputs[axis]!);
          const k = left % kernel[axis]!;
          left = Math.floor(left / kernel[axis]!);
          const moved = transposed
            ? (out + padsBefore[axis]! - k * dilations[axis]!) / strides[axis]!
            : out * strides[axis]! - padsBefore[axis]! + k * dilations[axis]!;
          if (!Number.isInteger(moved) || moved < 0 || moved >= space[axis]!) place = -1;
          else {
            place += moved * stride;
            stride *= space[axis]!;
          }
        }
        source[tap] = place;
      }
      for (let c = 0; c < channelCount; c++)
        for (let tap = 0; tap < all; tap++) {
          const place = source[tap]!;
          into[from + c * all + tap] =
            place < 0
              ? 0
              : after === 1
                ? values[(row * positions + place) * width + use.channelFrom + c]!
                : values[(row * width + use.channelFrom + c) * positions + place]!;
        }
    },
  };
}
