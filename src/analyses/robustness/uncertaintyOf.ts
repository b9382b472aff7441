import type { Cancellation } from '../../base/cancellation';
import { Random } from '../../base/random';
import { predictedClasses } from '../../probes/accuracy';
import type { NetworkOutputs } from '../../probes/outputs';
import { DenseMap } from '../../probes/piecewise/linearMap';
import { PiecewisePass, type PiecewiseStep } from '../../probes/piecewise/piecewiseNetwork';
import { areaUnderCurve } from '../../topology/areaUnderCurve';
import { squaredDistance } from '../../topology/pointDistances';
import { activationTree, UsualTrees, type DenseWeights } from '../../topology/topologicalUncertainty';
import type { Attackable } from './attackable';
import type { ShiftDetection, Uncertainty } from './robustnessTypes';

const NEIGHBOURS = 10;
/** Products that the trees of all rows may take; layers are left out from the largest on beyond it. */
const MOST_PRODUCTS = 4e9;

interface Scores {
  readonly topological: Float64Array | undefined;
  readonly maxSoftmax: Float64Array;
  readonly nearest: Float64Array;
  readonly zeros: Float64Array;
}

/**
 * How well topological uncertainty, and what is simpler, tell rows from shifted ones. Half of the rows say what is usual (those of them that are handled correctly); the other half is told from
 * itself with its values in another order, and turned around in their range.
 */
export async function uncertaintyOf(
  attackable: Attackable,
  rows: Float32Array,
  correct: Uint8Array,
  range: readonly [number, number],
  seed: number,
  cancellation: Cancellation,
): Promise<Uncertainty> {
  const { width } = attackable;
  const count = correct.length;
  const order = new Random(seed, 'reference').permutation(count);
  const half = count >> 1;
  const reference = [...order.subarray(0, half)].filter(row => correct[row] === 1).sort((a, b) => a - b);
  const told = [...order.subarray(half)].sort((a, b) => a - b);
  const some = (chosen: readonly number[]) => {
    const values = new Float32Array(chosen.length * width);
    chosen.forEach((row, at) => values.set(rows.subarray(row * width, (row + 1) * width), at * width));
    return values;
  };
  const judge = new ShiftJudge(attackable, some(reference), reference.length, cancellation, count * 2);
  await judge.learn();
  const asTheyAre = some(told);
  const places = new Random(seed, 'permutation').permutation(width);
  const permuted = asTheyAre.map((_, k) => asTheyAre[k - (k % width) + places[k % width]!]!);
  const inverted = asTheyAre.map(value => range[0] + range[1] - value);
  const usual = await judge.scores(asTheyAre, told.length);
  const shifted = [await judge.scores(permuted, told.length), await judge.scores(inverted, told.length)] as const;
  const detection = (scores: Scores): ShiftDetection => ({
    auc: scores.topological && usual.topological ? areaUnderCurve(scores.topological, usual.topological) : null,
    baselines: {
      maxSoftmax: areaUnderCurve(scores.maxSoftmax, usual.maxSoftmax),
      nearest: areaUnderCurve(scores.nearest, usual.nearest),
      zeros: areaUnderCurve(scores.zeros, usual.zeros),
    },
  });
  const both = (of: (scores: Scores) => Float64Array) =>
    areaUnderCurve(Float64Array.from(shifted.flatMap(scores => [...of(scores)])), of(usual)).value;
  return {
    auc: usual.topological === undefined ? null : both(scores => scores.topological!),
    baselines: {
      maxSoftmax: both(scores => scores.maxSoftmax),
      nearest: both(scores => scores.nearest),
      zeros: both(scores => scores.zeros),
    },
    shifts: { permuted: detection(shifted[0]), inverted: detection(shifted[1]) },
    referenceRows: reference.length,
    rows: told.length,
  };
}

interface DenseStep {
  readonly input: number;
  readonly weights: DenseWeights;
}

/** Knows what is usual of a network, and scores rows by how far they are from it. */
class ShiftJudge {
  private readonly pass: PiecewisePass | undefined;
  private readonly layers: readonly DenseStep[];
  private readonly trees = new UsualTrees();
  private features = new Float64Array(0);
  private featureWidth = 0;
  private usualZeros = 0;

  constructor(
    private readonly attackable: Attackable,
    private readonly reference: Float32Array,
    private readonly count: number,
    private readonly cancellation: Cancellation,
    rows: number,
  ) {
    const { network } = attackable;
    this.pass = 'reason' in network ? undefined : new PiecewisePass(network);
    const dense = 'reason' in network ? [] : network.steps.flatMap(denseStep);
    let left = MOST_PRODUCTS / Math.max(1, rows);
    const affordable = new Set<DenseStep>();
    for (const step of [...dense].sort((a, b) => a.weights.values.length - b.weights.values.length)) {
      left -= step.weights.values.length;
      if (left > 0) affordable.add(step);
    }
    this.layers = dense.filter(step => affordable.has(step));
  }

  async learn(): Promise<void> {
    const { reference, count, attackable } = this;
    if (count === 0) return;
    const predicted = predictedClasses(await attackable.answers(reference, count));
    let zeros = 0;
    for (const value of reference) if (value === 0) zeros++;
    this.usualZeros = zeros / reference.length;
    this.each(reference, count, (i, trees, features) => {
      if (this.features.length === 0) {
        this.featureWidth = features.length;
        this.features = new Float64Array(count * features.length);
      }
      this.features.set(features, i * features.length);
      this.trees.add(predicted[i]!, trees);
    });
  }

  async scores(rows: Float32Array, count: number): Promise<Scores> {
    const { width } = this.attackable;
    const none = new Float64Array(count);
    if (count === 0) return { topological: undefined, maxSoftmax: none, nearest: none, zeros: none };
    const outputs = await this.attackable.answers(rows, count);
    const predicted = predictedClasses(outputs);
    const topological = new Float64Array(count);
    const nearest = new Float64Array(count);
    this.each(rows, count, (i, trees, features) => {
      topological[i] = this.trees.uncertainty(predicted[i]!, trees);
      nearest[i] = this.distance(features);
    });
    const zeros = Float64Array.from({ length: count }, (_, i) => {
      let own = 0;
      for (let k = i * width; k < (i + 1) * width; k++) if (rows[k] === 0) own++;
      return Math.abs(own / width - this.usualZeros);
    });
    const isKnown = this.layers.length > 0 && this.count > 0;
    return { topological: isKnown ? topological : undefined, maxSoftmax: unsureness(outputs), nearest, zeros };
  }

  /** Trees of the dense layers, and what the last one reads (the row itself where the network is not followed). */
  private each(
    rows: Float32Array,
    count: number,
    use: (row: number, trees: readonly Float64Array[], features: ArrayLike<number>) => void,
  ): void {
    const { width } = this.attackable;
    const { pass, layers } = this;
    for (let i = 0; i < count; i++) {
      this.cancellation.throwIfCancelled();
      const row = rows.subarray(i * width, (i + 1) * width);
      pass?.forward(row);
      const trees = layers.map(({ input, weights }) => activationTree(weights, pass!.value(input), this.cancellation));
      const last = layers.at(-1);
      use(i, trees, last === undefined ? row : pass!.value(last.input));
    }
  }

  /** To the 10th nearest reference row. */
  private distance(features: ArrayLike<number>): number {
    const { featureWidth, count } = this;
    if (count === 0) return 0;
    const both = new Float64Array(featureWidth);
    both.set(features);
    const squares = new Float64Array(count);
    const all = new Float64Array(2 * featureWidth);
    all.set(both);
    for (let i = 0; i < count; i++) {
      all.set(this.features.subarray(i * featureWidth, (i + 1) * featureWidth), featureWidth);
      squares[i] = squaredDistance(all, 0, featureWidth, featureWidth);
    }
    return Math.sqrt(squares.sort()[Math.min(NEIGHBOURS, count) - 1]!);
  }
}

function denseStep(step: PiecewiseStep): DenseStep[] {
  if (step.kind !== 'linear' || !(step.map instanceof DenseMap) || step.map.positions !== 1) return [];
  return [
    {
      input: step.input,
      weights: { outputs: step.map.rows, inputs: step.map.columns, values: step.weights },
    },
  ];
}

/** One minus the largest share of each row; the outputs are taken for shares where they are, and for scores else. */
function unsureness({ kind, rows, width, values }: NetworkOutputs): Float64Array {
  return Float64Array.from({ length: rows }, (_, i) => {
    const own = values.subarray(i * width, (i + 1) * width);
    if (kind === 'probability') return Math.min(own[0]!, 1 - own[0]!);
    if (kind === 'logit') return 1 / (1 + Math.exp(Math.abs(own[0]!)));
    const sum = own.reduce((total, value) => total + value, 0);
    if (own.every(value => value >= 0) && Math.abs(sum - 1) < 1e-3) return 1 - own.reduce((a, b) => Math.max(a, b));
    const largest = own.reduce((a, b) => Math.max(a, b));
    return 1 - 1 / own.reduce((total, value) => total + Math.exp(value - largest), 0);
  });
}
