import { Cancellation } from '../../base/cancellation';
import { eachWindow, PiecewisePass, type PiecewiseNetwork } from './piecewiseNetwork';

/** Of float32, half of the distance of 1 to the next number. */
const HALF_UNIT = 2 ** -24;
/** What underflow may add, and far more. */
const TINY = 1e-30;

/**
 * An upper bound of what rounding does to a sum of `terms` products and a bias, relative to the sum of their magnitudes: twice (terms + 4) units cover float32, in any order of
 * summation, with or without fused steps, and the weights being folded with a normalisation before (Higham, Accuracy and Stability of Numerical Algorithms, 2002, section 3.1), and the double
 * precision in which bounds are computed besides.
 */
function roundingOf(terms: number): number {
  return 2 * (terms + 4) * HALF_UNIT;
}
const ELEMENT = 8 * HALF_UNIT;
/** In double precision, for sums of the backward pass: twice what they may lose, and more. */
const DOUBLE = 2 ** -50;

/** Enclosures of all values that a network makes of the rows in a box. */
interface Enclosure {
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** How far a float32 runtime may be from the exact network. */
  readonly deviation: Float64Array;
}

/** Scores that differ by less may be rounded to one share by a softmax or sigmoid in float32. */
const LEAST_MARGIN = 1e-5;

/**
 * Proves that a network gives every row of a box |x′ − x|∞ ≤ r the same class. Two bounds are tried for each other class, and either is enough:
 * - interval bound propagation (Gowal et al. 2018): the enclosures of the two scores are apart;
 * - a local Lipschitz bound: the margin at x less r · Σ_k of the largest |∂ margin / ∂x_k| in the box, by interval arithmetic on the backward pass (Zhang et al. 2019, RecurJac, without its
 *   recursion). By the mean value theorem for Lipschitz functions (Lebourg) any slope between those of both sides will do at a corner.
 *
 * All intervals are rounded outwards, so that what is proved holds of the network as any float32 runtime computes it, sums being in whatever order, and not only in exact arithmetic.
 */
export class BoxProof {
  private readonly enclosures: readonly Enclosure[];
  private readonly slopesLow: readonly Float64Array[];
  private readonly slopesHigh: readonly Float64Array[];
  private readonly pass: PiecewisePass;
  private readonly scratch: readonly [Float64Array, Float64Array, Float64Array];

  /** Throws an error for a network that is not `provable`. */
  constructor(
    private readonly network: PiecewiseNetwork,
    private readonly cancellation = Cancellation.never,
  ) {
    if (!network.provable) throw new Error('the network has functions that are not piecewise linear');
    const buffers = () => network.sizes.map(size => new Float64Array(size));
    const [low, high, deviation] = [buffers(), buffers(), buffers()];
    this.enclosures = network.sizes.map((_, k) => ({ low: low[k]!, high: high[k]!, deviation: deviation[k]! }));
    this.slopesLow = buffers();
    this.slopesHigh = buffers();
    this.pass = new PiecewisePass(network);
    const most = network.sizes.reduce((a, b) => Math.max(a, b));
    this.scratch = [new Float64Array(most), new Float64Array(most), new Float64Array(most)];
  }

  /** Multiplications that proving one radius may take. */
  get cost(): number {
    return this.network.cost * (5 + 2 * this.classes);
  }

  private get classes(): number {
    return Math.max(2, this.network.sizes[this.network.output]!);
  }

  /**
   * The largest radius, to one part in 50 and at most `most`, for which `label` is proved for the whole box; 0 where it is not even for the row itself. With one score, 1 is the class of
   * positive scores.
   */
  radius(row: ArrayLike<number>, label: number, most: number): number {
    if (!this.holds(row, 0, label)) return 0;
    if (this.holds(row, most, label)) return most;
    let [proved, open] = [0, most];
    // From above by tenths, until one holds; then between.
    for (let r = most / 10; proved === 0 && r > most * 1e-7; r /= 10) {
      if (this.holds(row, r, label)) proved = r;
      else open = r;
    }
    while (proved > 0 && open - proved > proved * 0.02) {
      const middle = (proved + open) / 2;
      if (this.holds(row, middle, label)) proved = middle;
      else open = middle;
    }
    return proved;
  }

  /** Whether every row of the box is given this class. `false` where it could not be proved. */
  holds(row: ArrayLike<number>, radius: number, label: number): boolean {
    this.enclose(row, radius);
    const { low, high, deviation } = this.enclosures[this.network.output]!;
    if (low.length === 1)
      return label === 1 ? this.apart(row, radius, 0, undefined) : this.apart(row, radius, undefined, 0);
    for (let other = 0; other < low.length; other++) {
      if (other === label) continue;
      if (low[label]! - high[other]! > LEAST_MARGIN) continue;
      if (!Number.isFinite(deviation[label]! + deviation[other]!)) return false;
      if (!this.apart(row, radius, label, other)) return false;
    }
    return true;
  }

  /** Whether the score `above` exceeds the score `below` in the whole box; where one is not given, it is 0. */
  private apart(row: ArrayLike<number>, radius: number, above: number | undefined, below: number | undefined): boolean {
    const { low, high, deviation } = this.enclosures[this.network.output]!;
    const least = (above === undefined ? 0 : low[above]!) - (below === undefined ? 0 : high[below]!);
    if (least > LEAST_MARGIN) return true;
    this.cancellation.throwIfCancelled();
    const slope = this.largestSlope(above, below);
    const scores = this.pass.forward(row);
    const margin = (above === undefined ? 0 : scores[above]!) - (below === undefined ? 0 : scores[below]!);
    // Once for the runtime against the exact network, once for this margin against it.
    const rounding =
      2 * ((above === undefined ? 0 : deviation[above]!) + (below === undefined ? 0 : deviation[below]!));
    return margin - rounding - radius * slope * (1 + DOUBLE * 8) > LEAST_MARGIN;
  }

  /** Fills the enclosures of all values for a box. */
  private enclose(row: ArrayLike<number>, radius: number): void {
    this.cancellation.throwIfCancelled();
    const input = this.enclosures[0]!;
    for (let k = 0; k < input.low.length; k++) {
      // Outwards by more than the subtraction may lose.
      const more = radius * (1 + 1e-12) + Math.abs(row[k]!) * 1e-15;
      input.low[k] = row[k]! - (radius === 0 ? 0 : more);
      input.high[k] = row[k]! + (radius === 0 ? 0 : more);
    }
    for (const step of this.network.steps) {
      const to = this.enclosures[step.output]!;
      switch (step.kind) {
        case 'linear': {
          this.encloseLinear(step, this.enclosures[step.input]!, to);
          break;
        }
        case 'function': {
          const from = this.enclosures[step.input]!;
          for (let k = 0; k < to.low.length; k++) {
            const [low, high] = [step.function.of(from.low[k]!), step.function.of(from.high[k]!)];
            to.low[k] = low - ELEMENT * Math.abs(low);
            to.high[k] = high + ELEMENT * Math.abs(high);
            // Piecewise linear functions here have slopes of at most 1.
            to.deviation[k] = from.deviation[k]! + ELEMENT * Math.max(Math.abs(low), Math.abs(high));
          }
          break;
        }
        case 'maximum': {
          const from = this.enclosures[step.input]!;
          const { places } = step.windows;
          eachWindow(step.windows, (k, first, end) => {
            let [low, high, deviation] = [-Infinity, -Infinity, 0];
            for (let p = first; p < end; p++) {
              low = Math.max(low, from.low[places[p]!]!);
              high = Math.max(high, from.high[places[p]!]!);
              deviation = Math.max(deviation, from.deviation[places[p]!]!);
            }
            to.low[k] = low;
            to.high[k] = high;
            to.deviation[k] = deviation;
          });
          break;
        }
        case 'sum': {
          const [a, b] = [this.enclosures[step.inputs[0]]!, this.enclosures[step.inputs[1]]!];
          for (let k = 0; k < to.low.length; k++) {
            const low = a.low[k]! + (step.sign === 1 ? b.low[k]! : -b.high[k]!);
            const high = a.high[k]! + (step.sign === 1 ? b.high[k]! : -b.low[k]!);
            const size = Math.max(Math.abs(a.low[k]!), Math.abs(a.high[k]!)) + Math.max(Math.abs(b.low[k]!), Math.abs(b.high[k]!)); // prettier-ignore
            to.low[k] = low - ELEMENT * size;
            to.high[k] = high + ELEMENT * size;
            to.deviation[k] = a.deviation[k]! + b.deviation[k]! + ELEMENT * size;
          }
        }
      }
    }
  }

  /** W(c ± r) + b is within Wc + b ± |W|r, and rounding within a part of |W|(|c| + r) + |b|. */
  private encloseLinear(
    { map, weights, magnitudes, bias, biasMagnitude }: Extract<PiecewiseNetwork['steps'][number], { kind: 'linear' }>,
    from: Enclosure,
    to: Enclosure,
  ): void {
    const [centre, reach, size] = this.scratch.map(array => array.subarray(0, from.low.length)) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    for (let k = 0; k < centre.length; k++) {
      centre[k] = (from.low[k]! + from.high[k]!) / 2;
      reach[k] = (from.high[k]! - from.low[k]!) / 2;
      size[k] = Math.max(Math.abs(from.low[k]!), Math.abs(from.high[k]!));
    }
    // `low` holds W c + b, `high` |W| r, `deviation` |W| e until they are put together.
    to.low.set(bias);
    map.apply(weights, centre, to.low);
    to.high.fill(0);
    map.apply(magnitudes, reach, to.high);
    to.deviation.fill(0);
    map.apply(magnitudes, from.deviation, to.deviation);
    const all = this.scratch[0].subarray(0, to.low.length);
    // The centre is not needed any more, and its place may be longer than it was.
    all.set(biasMagnitude);
    map.apply(magnitudes, size, all);
    const rounding = roundingOf(map.terms);
    for (let k = 0; k < all.length; k++) {
      const off = rounding * all[k]! + TINY;
      const [middle, spread] = [to.low[k]!, to.high[k]!];
      to.low[k] = middle - spread - off;
      to.high[k] = middle + spread + off;
      to.deviation[k] = to.deviation[k]! * (1 + rounding) + off;
    }
  }

  /** Σ_k of the largest |∂(above − below) / ∂x_k| in the box whose enclosures are there. */
  private largestSlope(above: number | undefined, below: number | undefined): number {
    const { slopesLow, slopesHigh, network } = this;
    for (const slope of [...slopesLow, ...slopesHigh]) slope.fill(0);
    for (const [place, sign] of [
      [above, 1],
      [below, -1],
    ] as const)
      if (place !== undefined) slopesLow[network.output]![place] = slopesHigh[network.output]![place] = sign;
    for (const step of network.steps.toReversed()) {
      const [low, high] = [slopesLow[step.output]!, slopesHigh[step.output]!];
      switch (step.kind) {
        case 'linear': {
          const { map, weights, magnitudes } = step;
          const [toLow, toHigh] = [slopesLow[step.input]!, slopesHigh[step.input]!];
          const [centre, reach, size] = this.scratch.map(array => array.subarray(0, low.length)) as [
            Float64Array,
            Float64Array,
            Float64Array,
          ];
          for (let k = 0; k < low.length; k++) {
            centre[k] = (low[k]! + high[k]!) / 2;
            reach[k] = (high[k]! - low[k]!) / 2;
            size[k] = Math.max(Math.abs(low[k]!), Math.abs(high[k]!));
          }
          // Sums of the transposed map have as many terms as there are outputs that read an input.
          const rounding = DOUBLE * (low.length + 8);
          const middle = new Float64Array(toLow.length);
          const spread = new Float64Array(toLow.length);
          const all = new Float64Array(toLow.length);
          map.transpose(weights, centre, middle);
          map.transpose(magnitudes, reach, spread);
          map.transpose(magnitudes, size, all);
          for (let k = 0; k < toLow.length; k++) {
            const off = spread[k]! + rounding * all[k]! + TINY;
            toLow[k] = toLow[k]! + middle[k]! - off;
            toHigh[k] = toHigh[k]! + middle[k]! + off;
          }
          break;
        }
        case 'function': {
          const { low: fromLow, high: fromHigh } = this.enclosures[step.input]!;
          const [toLow, toHigh] = [slopesLow[step.input]!, slopesHigh[step.input]!];
          for (let k = 0; k < low.length; k++) {
            const [least, most] = step.function.slopes!(fromLow[k]!, fromHigh[k]!);
            // Slopes are not negative.
            toLow[k] = toLow[k]! + Math.min(least * low[k]!, most * low[k]!);
            toHigh[k] = toHigh[k]! + Math.max(least * high[k]!, most * high[k]!);
          }
          break;
        }
        case 'maximum': {
          const { low: fromLow, high: fromHigh } = this.enclosures[step.input]!;
          const [toLow, toHigh] = [slopesLow[step.input]!, slopesHigh[step.input]!];
          const { places } = step.windows;
          eachWindow(step.windows, (k, first, end) => {
            let floor = -Infinity;
            for (let p = first; p < end; p++) floor = Math.max(floor, fromLow[places[p]!]!);
            let candidates = 0;
            for (let p = first; p < end; p++) if (fromHigh[places[p]!]! >= floor) candidates++;
            for (let p = first; p < end; p++) {
              const place = places[p]!;
              if (fromHigh[place]! < floor) continue;
              toLow[place] = toLow[place]! + (candidates === 1 ? low[k]! : Math.min(0, low[k]!));
              toHigh[place] = toHigh[place]! + (candidates === 1 ? high[k]! : Math.max(0, high[k]!));
            }
          });
          break;
        }
        case 'sum': {
          const [a, b] = step.inputs;
          for (let k = 0; k < low.length; k++) {
            slopesLow[a]![k] = slopesLow[a]![k]! + low[k]!;
            slopesHigh[a]![k] = slopesHigh[a]![k]! + high[k]!;
            slopesLow[b]![k] = slopesLow[b]![k]! + (step.sign === 1 ? low[k]! : -high[k]!);
            slopesHigh[b]![k] = slopesHigh[b]![k]! + (step.sign === 1 ? high[k]! : -low[k]!);
          }
        }
      }
    }
    let sum = 0;
    for (let k = 0; k < slopesLow[0]!.length; k++)
      sum += Math.max(Math.abs(slopesLow[0]![k]!), Math.abs(slopesHigh[0]![k]!));
    return sum * (1 + DOUBLE * (slopesLow[0]!.length + 8));
  }
}
