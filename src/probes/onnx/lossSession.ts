import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { Cancellation } from '../../base/cancellation';
import { concatenated, field, integerField, textField } from '../../models/onnx/encode';
import type { OnnxModel } from '../../models/onnx/onnxModel';
import { FIELDS } from '../../models/onnx/protocol';
import { runnable } from '../../models/onnx/runnable';
import type { FeedTensor } from '../network';
import type { RuntimeOptions } from '../runtime';
import { loadRuntime, type OnnxRuntime } from './loadRuntime';
import type { WeightTensor } from './networkWeights';
import { toOnnx } from './onnxTensors';
import { runtimeFault } from './runtimeFault';

/** A network, rows, and what they should be answered with: all that a loss takes beside the weights. Can be sent to another thread. */
export interface LossProgram {
  /** The network with its trained weights among the inputs. */
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  readonly sourceName: string;
  readonly tensors: readonly WeightTensor[];
  /** The tensor of scores. */
  readonly scores: string;
  /** Whether scores are probabilities. */
  readonly areProbabilities: boolean;
  /** Scores of a row. */
  readonly width: number;
  readonly batches: readonly LossBatch[];
  readonly rows: number;
}

export interface LossBatch {
  readonly feeds: Readonly<Record<string, FeedTensor>>;
  /** For each of its rows that counts: the output that stands for its class; of a single score 0 or 1. */
  readonly targets: Int32Array;
}

/** Mean cross-entropy (in nats), and the share of rows that are answered correctly. */
export interface Loss {
  readonly loss: number;
  readonly accuracy: number;
}

/** Fields of TypeProto and TensorShapeProto, and float32 among its element types. */
const TENSOR = 1;
const ELEMENT_TYPE = 1;
const SHAPE = 2;
const DIMENSION = 1;
const LENGTH = 1;
const FLOAT = 1;

/** The network's bytes with its weights as inputs: so a runtime takes others without a new session. */
export function bytesWithWeightInputs(
  model: OnnxModel,
  scores: string,
  tensors: readonly WeightTensor[],
): Uint8Array<SharedArrayBuffer> {
  const names = new Set(tensors.map(({ name }) => name));
  // An initializer that is an input as well could be given too, but onnxruntime-node drops what it is given for those.
  const { bytes } = runnable(model, [scores], false, undefined, names);
  const inputs = tensors.flatMap(({ name, shape }) => {
    const dims = shape.flatMap(length => field(DIMENSION, integerField(LENGTH, length)));
    const type = field(TENSOR, [...integerField(ELEMENT_TYPE, FLOAT), ...field(SHAPE, dims)]);
    return field(FIELDS.graph.input, [...textField(FIELDS.value.name, name), ...field(FIELDS.value.type, type)]);
  });
  const whole = concatenated([bytes, ...field(FIELDS.model.graph, inputs)]);
  const shared = new Uint8Array(new SharedArrayBuffer(whole.length));
  shared.set(whole);
  return shared;
}

/** The loss of a network at any weights, over the same rows. */
export class LossSession {
  private constructor(
    private readonly program: LossProgram,
    private readonly session: InferenceSession,
    private readonly batches: readonly {
      readonly feeds: Readonly<Record<string, Tensor>>;
      readonly targets: Int32Array;
    }[],
    private readonly weights: Float32Array,
    private readonly weightFeeds: Readonly<Record<string, Tensor>>,
  ) {}

  /** Throws `unsupported`, `corrupt`, `too-large`. */
  static async open(program: LossProgram, options: RuntimeOptions): Promise<LossSession> {
    const runtime: OnnxRuntime = await loadRuntime(options);
    try {
      const session = await runtime.api.InferenceSession.create(Uint8Array.from(program.bytes), {
        executionProviders: [runtime.kind === 'native' ? 'cpu' : 'wasm'],
        // Sums must not depend on the number of threads; points are spread over cores by whoever calls.
        intraOpNumThreads: 1,
        interOpNumThreads: 1,
        graphOptimizationLevel: 'all',
        logSeverityLevel: 4,
      });
      const size = program.tensors.reduce((sum, tensor) => sum + tensor.size, 0);
      const weights = new Float32Array(size);
      const weightFeeds = Object.fromEntries(
        program.tensors.map(({ name, shape, from, size: own }) => [
          name,
          new runtime.api.Tensor('float32', weights.subarray(from, from + own), shape),
        ]),
      );
      const batches = program.batches.map(({ feeds, targets }) => ({
        feeds: Object.fromEntries(Object.entries(feeds).map(([name, feed]) => [name, toOnnx(runtime, name, feed)])),
        targets,
      }));
      return new LossSession(program, session, batches, weights, weightFeeds);
    } catch (error) {
      throw runtimeFault(error, program.sourceName);
    }
  }

  /** At origin + Σ coefficient · direction. */
  async at(
    origin: Float32Array,
    directions: readonly Float32Array[],
    coefficients: ArrayLike<number>,
    cancellation = Cancellation.never,
  ): Promise<Loss> {
    const { weights } = this;
    weights.set(origin);
    directions.forEach((direction, d) => {
      const coefficient = coefficients[d]!;
      if (coefficient !== 0)
        for (let k = 0; k < weights.length; k++) weights[k] = weights[k]! + coefficient * direction[k]!;
    });
    const { scores, areProbabilities, width, rows, sourceName } = this.program;
    let [sum, correct] = [0, 0];
    for (const { feeds, targets } of this.batches) {
      cancellation.throwIfCancelled();
      try {
        const found = await this.session.run({ ...feeds, ...this.weightFeeds }, [scores]);
        const part = crossEntropy(found[scores]!.data as Float32Array, width, targets, areProbabilities);
        sum += part.sum;
        correct += part.correct;
      } catch (error) {
        throw runtimeFault(error, sourceName);
      }
    }
    // Weights so large that the network answers NaN are beyond every loss.
    return { loss: Number.isNaN(sum) ? Infinity : sum / rows, accuracy: correct / rows };
  }

  async dispose(): Promise<void> {
    await this.session.release();
  }
}

const LEAST = 1e-37;

/** Sum over rows (a batch that was filled up holds more than count) of −log of the probability of its target; of a single score, of it or its complement. */
export function crossEntropy(
  values: Float32Array,
  width: number,
  targets: Int32Array,
  areProbabilities: boolean,
): { readonly sum: number; readonly correct: number } {
  let [sum, correct] = [0, 0];
  if (width === 1) {
    targets.forEach((target, row) => {
      const value = values[row]!;
      const score = areProbabilities ? Math.log(Math.max(value, LEAST) / Math.max(1 - value, LEAST)) : value;
      sum += Math.max(score, 0) + Math.log1p(Math.exp(-Math.abs(score))) - target * score;
      if (score > 0 === (target === 1)) correct++;
    });
    return { sum, correct };
  }
  for (let row = 0; row < targets.length; row++) {
    const from = row * width;
    const target = targets[row]!;
    let best = 0;
    for (let k = 1; k < width; k++) if (values[from + k]! > values[from + best]!) best = k;
    if (best === target) correct++;
    if (areProbabilities) {
      sum -= Math.log(Math.max(values[from + target]!, LEAST));
      continue;
    }
    const highest = values[from + best]!;
    let total = 0;
    for (let k = 0; k < width; k++) {
      const lag = values[from + k]! - highest;
      // Below this the term is less than a rounding of the sum, which is at least 1.
      if (lag > -37) total += Math.exp(lag);
    }
    sum += highest + Math.log(total) - values[from + target]!;
  }
  return { sum, correct };
}
