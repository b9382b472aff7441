import { Cancellation } from '../base/cancellation';
import { ridgeSolve } from './ridgeSolve';

/**
 * How units of one group are read by one linear map. Features are what is read: each unit has one in every slot (a position of a flattened map, a place in a head), so
 * that two units are compared slot by slot.
 */
export interface ReadUnits {
  /** Feature of unit u in slot s at `u * slots + s`; −1 where it has none. */
  readonly features: Int32Array;
  readonly slots: number;
  /**
   * Whether all slots of a unit are fitted by all slots of its partner: channels of a head have no order that another head shares. Otherwise slot by slot, as positions are
   * compared.
   */
  readonly together: boolean;
  /** Number of features; `covariance` is width × width. */
  readonly width: number;
  readonly covariance: Float64Array;
  /** Inner products of the outgoing weights of the features, width × width. */
  readonly weights: Float64Array;
  /** Variance of all outputs of the map together: costs are shares of it. */
  readonly scale: number;
}

/** Units of a group in the order in which they go. */
export interface FoldingOrder {
  /** All but the last one, first to go first. */
  readonly order: Int32Array;
  /** The unit that each of `order` is folded into. */
  readonly into: Int32Array;
  /** What it costs, as a share of the spread of what reads it. */
  readonly cost: Float64Array;
}

/** Squared share of what is lost when u is folded into r: σ_u²·‖w_u‖²·(1 − ρ²) over the variance of the outputs, over all that read them. */
function squaredCost(reads: readonly ReadUnits[], weights: readonly Float64Array[], u: number, r: number): number {
  let sum = 0;
  for (let k = 0; k < reads.length; k++) {
    const { features, slots, width, covariance, scale, together } = reads[k]!;
    const own = weights[k]!;
    let part = 0;
    if (together) {
      if (scale > 0) sum += squaredCostTogether(reads[k]!, own, u, r) / scale;
      continue;
    }
    for (let s = 0; s < slots; s++) {
      const f = features[u * slots + s]!;
      if (f < 0) continue;
      const variance = covariance[f * width + f]!;
      const g = features[r * slots + s]!;
      const other = g < 0 ? 0 : covariance[g * width + g]!;
      const shared = g < 0 ? 0 : covariance[f * width + g]!;
      const left = other > 0 ? Math.max(0, variance - (shared * shared) / other) : variance;
      part += left * own[f * width + f]!;
    }
    if (scale > 0) sum += part / scale;
  }
  return sum;
}

/** tr((C_uu − C_ur C_rr⁻¹ C_ru) · W_u W_uᵀ): what is left of u's slots given those of r, as they are read. */
function squaredCostTogether(read: ReadUnits, weights: Float64Array, u: number, r: number): number {
  const { features, slots, width, covariance } = read;
  const map = foldingMap(read, u, r);
  let cost = 0;
  for (let s = 0; s < slots; s++) {
    const f = features[u * slots + s]!;
    if (f < 0) continue;
    for (let t = 0; t < slots; t++) {
      const other = features[u * slots + t]!;
      if (other < 0) continue;
      let left = covariance[f * width + other]!;
      for (let q = 0; q < slots; q++) {
        const g = features[r * slots + q]!;
        if (g >= 0) left -= covariance[f * width + g]! * map[q * slots + t]!;
      }
      cost += left * weights[f * width + other]!;
    }
  }
  return Math.max(0, cost);
}

/** Of the variance of what is read: keeps a fit of all slots finite where some are constant. */
const TOGETHER_RIDGE = 1e-6;

/** The least squares fit of u's slots by r's: slope of r's slot q for u's slot s at `q * slots + s`. */
export function foldingMap(
  { features, slots, width, covariance, together }: Omit<ReadUnits, 'weights' | 'scale'>,
  u: number,
  r: number,
): Float64Array {
  const map = new Float64Array(slots * slots);
  const at = (f: number, g: number) => (f < 0 || g < 0 ? 0 : covariance[f * width + g]!);
  if (!together) {
    for (let s = 0; s < slots; s++) {
      const [f, g] = [features[u * slots + s]!, features[r * slots + s]!];
      const variance = at(g, g);
      map[s * slots + s] = variance > 0 ? at(f, g) / variance : 0;
    }
    return map;
  }
  const matrix = new Float64Array(slots * slots);
  for (let q = 0; q < slots; q++)
    for (let s = 0; s < slots; s++) {
      matrix[q * slots + s] = at(features[r * slots + q]!, features[r * slots + s]!);
      map[q * slots + s] = at(features[r * slots + q]!, features[u * slots + s]!);
    }
  ridgeSolve(matrix, map, slots, slots, TOGETHER_RIDGE);
  return map;
}

/**
 * Merges the units of a group one by one: at each step that one is folded which the cheapest partner among those that are left can stand for, with the slope of the least
 * squares fit; what it was read with goes to its partner, whose own cost grows by it. Ties go to the unit of the lower number. n² costs for n units.
 */
export function foldingOrder(
  units: number,
  reads: readonly ReadUnits[],
  cancellation = Cancellation.never,
): FoldingOrder {
  const weights = reads.map(read => read.weights.slice());
  const alive = new Uint8Array(units).fill(1);
  const best = new Float64Array(units);
  const partner = new Int32Array(units);
  const look = (u: number) => {
    let [least, found] = [Infinity, -1];
    for (let r = 0; r < units; r++) {
      if (r === u || alive[r] === 0) continue;
      const cost = squaredCost(reads, weights, u, r);
      if (cost < least) [least, found] = [cost, r];
    }
    best[u] = least;
    partner[u] = found;
  };
  for (let u = 0; u < units; u++) {
    cancellation.throwIfCancelled();
    look(u);
  }
  const count = Math.max(0, units - 1);
  const order = new Int32Array(count);
  const into = new Int32Array(count);
  const cost = new Float64Array(count);
  for (let step = 0; step < count; step++) {
    cancellation.throwIfCancelled();
    let next = -1;
    for (let u = 0; u < units; u++) if (alive[u] === 1 && (next < 0 || best[u]! < best[next]!)) next = u;
    const r = partner[next]!;
    order[step] = next;
    into[step] = r;
    cost[step] = Math.sqrt(best[next]!);
    alive[next] = 0;
    reads.forEach((read, k) => fold(read, weights[k]!, next, r));
    for (let u = 0; u < units; u++) if (alive[u] === 1 && (u === r || partner[u] === next)) look(u);
  }
  return { order, into, cost };
}

/** What r is read with grows by what u was read with, through the fit of u by r: in the matrix of inner products. */
function fold(read: ReadUnits, weights: Float64Array, u: number, r: number): void {
  const { features, slots, width } = read;
  const map = foldingMap(read, u, r);
  const each = (add: (f: number, g: number, slope: number) => void) => {
    for (let q = 0; q < slots; q++)
      for (let s = 0; s < slots; s++) {
        const [f, g] = [features[u * slots + s]!, features[r * slots + q]!];
        const slope = map[q * slots + s]!;
        if (f >= 0 && g >= 0 && slope !== 0) add(f, g, slope);
      }
  };
  each((f, g, slope) => {
    for (let k = 0; k < width; k++) weights[g * width + k] = weights[g * width + k]! + slope * weights[f * width + k]!;
  });
  each((f, g, slope) => {
    for (let k = 0; k < width; k++) weights[k * width + g] = weights[k * width + g]! + slope * weights[k * width + f]!;
  });
}
