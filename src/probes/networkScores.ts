import { Cancellation } from '../base/cancellation';
import { Fault } from '../base/fault';
import type { Model } from '../models/model';
import { batchRows } from './batchRows';
import { forwardCost } from './forecast';
import type { InputRows } from './inputRows';
import { loadNetwork, type NetworkSession } from './network';
import { networkInputs, type NetworkInputs } from './networkInputs';
import type { RuntimeName, RuntimeOptions } from './runtime';
import { isDistribution, scoresBefore } from './scoreTensor';

/** What the scores of classes are: what a softmax or sigmoid takes; log-odds or logarithms of probabilities that are given alone; or scores of which that is not known. */
export type ScoreScale = 'logit' | 'log-probability' | 'score';

const MOST_ROWS_A_PASS = 2048;
/** Of a probability p in 32 bits: 1 − p is a multiple of 2⁻²⁴. */
const NEAREST = 2 ** -24;

/**
 * A classifier that stays open: scores of its classes for any of its rows, as often as they are asked for. Where its last layer is a sigmoid or a softmax, the scores are what that takes, which
 * does not saturate. A single score has the sign that says whether the row is of class 1.
 */
export class NetworkScores {
  private constructor(
    readonly runtime: RuntimeName,
    private readonly session: NetworkSession,
    private readonly inputs: NetworkInputs,
    private readonly tensor: string,
    /** Scores of a row; found out by the first pass. */
    readonly width: number,
    readonly scale: ScoreScale,
    private readonly batch: number,
    private readonly convert: (values: Float32Array, width: number) => void,
    private readonly cancellation: Cancellation,
  ) {}

  /** Runs one row to see what the scores are. Throws `unsupported` where no output gives scores of classes, and what the runtime throws. */
  static async open(
    given: Model,
    rows: InputRows,
    options: {
      readonly runtime: RuntimeOptions;
      readonly cancellation?: Cancellation;
    },
  ): Promise<NetworkScores> {
    const model = given.forRows?.(rows.rowShape) ?? given;
    const network = await loadNetwork(model, options.runtime);
    const answer = network.classOutput;
    if (answer === undefined || answer.kind === 'label' || model.unsupported.length > 0)
      throw new Fault('unsupported', 'No output of the network gives scores of classes, so that there is no margin.', {
        hint: 'Networks that give a score for each class, or one score, have a decision boundary.',
      });
    const before = scoresBefore(model, answer.tensor, network);
    const tensor = before ?? answer.tensor;
    const session = await network.open([tensor]);
    try {
      const inputs = networkInputs(network, model, session.inputs, rows, {});
      const { operations } = forwardCost(model, []);
      const free = Math.max(1, Math.min(MOST_ROWS_A_PASS, Math.floor(4e8 / Math.max(1, operations))));
      const batch = typeof inputs.batch === 'number' ? inputs.batch : inputs.batch === 'none' ? 1 : free;
      const first = await passOf(session, inputs, tensor, Uint32Array.of(0), batch);
      const isSingle = first.length === 1;
      const scale: ScoreScale =
        before !== undefined || (isSingle && !answer.sigmoid)
          ? 'logit'
          : isSingle || isDistribution(first)
            ? 'log-probability'
            : 'score';
      return new NetworkScores(
        network.runtime,
        session,
        inputs,
        tensor,
        first.length,
        scale,
        batch,
        scale === 'log-probability' ? (isSingle ? toLogOdds : toLogarithms) : () => undefined,
        options.cancellation ?? Cancellation.never,
      );
    } catch (error) {
      await session.dispose();
      throw error;
    }
  }

  /** Scores of these rows, one after the other. Throws `cancelled`, `not-finite`. */
  async of(rows: Uint32Array): Promise<Float32Array> {
    const scores = new Float32Array(rows.length * this.width);
    for (let from = 0; from < rows.length; from += this.batch) {
      this.cancellation.throwIfCancelled();
      const part = rows.subarray(from, from + this.batch);
      scores.set(await passOf(this.session, this.inputs, this.tensor, part, this.batch), from * this.width);
    }
    if (scores.some(Number.isNaN))
      throw new Fault('not-finite', 'The network answers NaN, which has no side of a boundary.', {
        hint: 'Look for weights that are not finite with describe, or choose a smaller --box.',
      });
    this.convert(scores, this.width);
    return scores;
  }

  dispose(): Promise<void> {
    return this.session.dispose();
  }
}

async function passOf(
  session: NetworkSession,
  inputs: NetworkInputs,
  tensor: string,
  rows: Uint32Array,
  batch: number,
): Promise<Float32Array> {
  const count = typeof inputs.batch === 'number' ? batch : rows.length;
  const found = await session.run(inputs.feeds(rows, count), [tensor]);
  const split = batchRows(found[tensor]!, inputs.batch === 'none' ? 'none' : count, undefined);
  if (split === undefined || split.rowShape.filter(dim => dim !== 1).length > 1)
    throw new Fault('unsupported', 'The network does not answer with one row of scores for each row of its input.');
  const { rowSize } = split;
  const values = new Float32Array(rows.length * rowSize);
  for (let row = 0; row < rows.length; row++) {
    const [own, start] = [split.values(row), split.start(row)];
    for (let k = 0; k < rowSize; k++) values[row * rowSize + k] = own[start + k]!;
  }
  return values;
}

function toLogOdds(values: Float32Array): void {
  for (let k = 0; k < values.length; k++) {
    const probability = Math.min(1 - NEAREST, Math.max(NEAREST, values[k]!));
    values[k] = Math.log(probability / (1 - probability));
  }
}

function toLogarithms(values: Float32Array): void {
  for (let k = 0; k < values.length; k++) values[k] = Math.log(Math.max(values[k]!, 1e-37));
}
