import type { LayerDistances } from '../../src/protocol/redundancy';
import { formatNumber } from '../format/numbers';
import { valueOf, type Measure } from './state';

export const MEASURE_NAMES: Readonly<Record<Measure, string>> = { h0: 'H₀', h1: 'H₁', cka: 'CKA', rtd: 'RTD' };

export const MEASURE_UNITS: Readonly<Record<Measure, string>> = {
  h0: 'bottleneck distance, of the median distance',
  h1: 'bottleneck distance, of the median distance',
  cka: 'linear CKA, 1 is alike',
  rtd: 'total persistence, mean of both directions',
};

/** From what is least alike to what is most: strong colour is alike, whichever way the numbers run. */
export interface Scale {
  readonly far: number;
  readonly near: number;
  /** 0 where farthest, 1 where alike; −1 where there is no number. */
  share(value: number): number;
}

export function scaleOf(distances: LayerDistances, measure: Measure): Scale {
  const size = distances.layers.length;
  let [least, most] = [Infinity, -Infinity];
  for (let a = 0; a < size; a++) {
    for (let b = 0; b < a; b++) {
      const value = valueOf(distances, measure, { a, b });
      if (!Number.isFinite(value)) continue;
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
  }
  const [far, near] = measure === 'cka' ? [Math.min(least, 1), 1] : [Math.max(most, 0), 0];
  return {
    far: Number.isFinite(far) ? far : 0,
    near,
    share: value =>
      Number.isFinite(value) ? (far === near ? 1 : Math.min(1, Math.max(0, (value - far) / (near - far)))) : -1,
  };
}

export function measureText(measure: Measure, value: number): string {
  return measure === 'cka' && Number.isFinite(value) ? value.toFixed(3) : formatNumber(value);
}
