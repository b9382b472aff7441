import type { LinearUse } from '../../models/units/prunableNetwork';
import { MOST_COMPARED } from '../../models/units/unitBook';

/**
 * What a linear map is taken to read. Feature f with its block b stands for one channel and one tap of the weights; all blocks of a feature get the same coefficients
 * when one feature stands in for another.
 *
 * - `channels`: every channel, over all positions; the taps of a kernel are its blocks.
 * - `taps`: every channel under every tap of a kernel.
 * - `shared`: every unit of a flattened map, over rows and places; its places are the blocks.
 */
export interface Features {
  readonly kind: 'channels' | 'taps' | 'shared';
  readonly count: number;
  readonly blocks: number;
  /** Channel of feature f and block b at f · blocks + b, counted within the use. */
  readonly channelOf: Int32Array;
  readonly tapOf: Int32Array;
  /** −1 for those that stay. */
  readonly unitOf: Int32Array;
}

/** Covariances of more features than this are not kept for a fit: they would take too long, and more rows than there are. */
export const MOST_FITTED = 640;

/** By channels, for comparing units. Undefined where there are too many. */
export function comparedFeatures(use: LinearUse): Features | undefined {
  const { channels, taps } = use.layout;
  if (use.window === undefined && channels > MOST_FITTED) {
    const shared = sharedFeatures(use);
    if (shared !== undefined) return shared;
  }
  if (channels > MOST_COMPARED) return undefined;
  return {
    kind: 'channels',
    count: channels,
    blocks: taps,
    channelOf: Int32Array.from({ length: channels * taps }, (_, i) => Math.floor(i / taps)),
    tapOf: Int32Array.from({ length: channels * taps }, (_, i) => i % taps),
    unitOf: use.units,
  };
}

/** By channels and taps, for the fit of a convolution; undefined where the channels do, or where there are too many. */
export function fittedFeatures(use: LinearUse): Features | undefined {
  const { channels, taps } = use.layout;
  const count = channels * taps;
  if (use.window === undefined || taps === 1 || count > MOST_FITTED) return undefined;
  return {
    kind: 'taps',
    count,
    blocks: 1,
    channelOf: Int32Array.from({ length: count }, (_, i) => Math.floor(i / taps)),
    tapOf: Int32Array.from({ length: count }, (_, i) => i % taps),
    unitOf: Int32Array.from({ length: count }, (_, i) => use.units[Math.floor(i / taps)]!),
  };
}

/** Where all channels belong to units, each to as many as the others. */
function sharedFeatures(use: LinearUse): Features | undefined {
  const places = new Map<number, number[]>();
  for (const [channel, unit] of use.units.entries()) {
    if (unit < 0) return undefined;
    const own = places.get(unit);
    if (own === undefined) places.set(unit, [channel]);
    else own.push(channel);
  }
  const lists = [...places.values()];
  const blocks = lists[0]!.length;
  if (blocks === 1 || lists.length > MOST_COMPARED || lists.some(list => list.length !== blocks)) return undefined;
  return {
    kind: 'shared',
    count: lists.length,
    blocks,
    channelOf: Int32Array.from(lists.flat()),
    tapOf: new Int32Array(use.units.length),
    unitOf: Int32Array.from(places.keys()),
  };
}

/** Place of a weight in its stored tensor. */
export function weightIndex(
  { layout }: Pick<LinearUse, 'layout'>,
  features: Features,
  feature: number,
  block: number,
  output: number,
): number {
  const at = feature * features.blocks + block;
  return (
    layout.base +
    output * layout.outputStride +
    features.channelOf[at]! * layout.channelStride +
    features.tapOf[at]! * layout.tapStride
  );
}
