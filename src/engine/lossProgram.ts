import { Fault } from '../base/fault';
import type { DataSet, Labels } from '../data/dataSet';
import type { Model } from '../models/model';
import type { OnnxModel } from '../models/onnx/onnxModel';
import { correctRows, outputOfClass } from '../probes/accuracy';
import { capture } from '../probes/capture';
import { product } from '../probes/fitInput';
import { forwardCost } from '../probes/forecast';
import type { InputRows } from '../probes/inputRows';
import { loadNetwork } from '../probes/network';
import { networkInputs } from '../probes/networkInputs';
import { bytesWithWeightInputs, crossEntropy, type Loss, type LossProgram } from '../probes/onnx/lossSession';
import { networkWeights, type NetworkWeights } from '../probes/onnx/networkWeights';
import type { RuntimeName, RuntimeOptions } from '../probes/runtime';
import { isDistribution, scoresBefore } from '../probes/scoreTensor';
import type { OperationContext } from './operationContext';

/** A network whose loss can be had at any weights, and what it is at its own. */
export interface OpenLoss {
  readonly network: OnnxModel;
  readonly weights: NetworkWeights;
  readonly program: LossProgram;
  /** Of the network run as it is. */
  readonly own: Loss;
  /** Of every row: the output that stands for its class; of a single score 0 or 1. */
  readonly targets: Int32Array;
  readonly runtime: RuntimeName;
}

/** The graph that weights are moved in. Throws `unsupported` for programs of other kinds. */
export function movableNetwork(given: Model, rowShape: readonly number[]): OnnxModel {
  const model = given.forRows?.(rowShape) ?? given;
  if (model.program?.kind === 'onnx') return model.program.model;
  throw (
    model.missing?.fault ??
    new Fault(
      'unsupported',
      'The loss over weights is measured for networks that ONNX Runtime runs: ONNX and TorchScript.',
      {
        hint: 'Export the model to ONNX.',
      },
    )
  );
}

/** All batches of a loss. Throws `unsupported` where no output gives scores of classes, `shape-mismatch`, `usage`. */
export async function openLoss(
  given: Model,
  data: DataSet,
  labels: Labels,
  options: RuntimeOptions,
  context: Pick<OperationContext<never>, 'cancellation'>,
): Promise<OpenLoss> {
  const { cancellation } = context;
  const network = movableNetwork(given, data.rowShape);
  const runtime = await loadNetwork(given.forRows?.(data.rowShape) ?? given, options);
  const answer = runtime.classOutput;
  const { outputs } = await capture(given, data, { runtime: options, layers: [], outputs: true, cancellation });
  if (answer === undefined || outputs === undefined || outputs.kind === 'label')
    throw new Fault('unsupported', 'No output of the network gives scores of classes, so that it has no loss here.', {
      hint: 'The loss is the cross-entropy of a classifier.',
    });
  const right = correctRows(outputs, labels);
  const before = scoresBefore(network, answer.tensor, runtime);
  const scores = before ?? answer.tensor;
  const areProbabilities =
    before === undefined &&
    (outputs.kind === 'probability' || isDistribution(outputs.values.subarray(0, outputs.width)));
  const ofClass = outputs.width === 1 ? undefined : outputOfClass(outputs, labels.classes);
  const targets = Int32Array.from(labels.values, label => ofClass?.[label] ?? label);
  const weights = networkWeights(network);
  const session = await runtime.open([scores]);
  try {
    const inputs = networkInputs(runtime, network, session.inputs, data satisfies InputRows, {});
    const { operations, bytes } = forwardCost(network, network.layers);
    const free = Math.max(
      1,
      Math.min(4096, Math.floor(1e8 / Math.max(1, operations)), Math.floor(64e6 / Math.max(1, bytes))),
    );
    const step = inputs.batch === 'free' ? free : inputs.batch === 'none' ? 1 : inputs.batch;
    const batches: { feeds: LossProgram['batches'][number]['feeds']; targets: Int32Array }[] = [];
    for (let from = 0; from < data.rows; from += step) {
      cancellation.throwIfCancelled();
      const part = Uint32Array.from({ length: Math.min(step, data.rows - from) }, (_, k) => from + k);
      const count = typeof inputs.batch === 'number' ? inputs.batch : part.length;
      batches.push({ feeds: inputs.feeds(part, count), targets: targets.slice(from, from + part.length) });
    }
    let sum = 0;
    for (const { feeds, targets: wanted } of batches) {
      cancellation.throwIfCancelled();
      const found = await session.run(feeds, [scores]);
      const { values, dims } = found[scores]!;
      if (values === undefined || product(dims) < wanted.length * outputs.width)
        throw new Fault('unsupported', 'The network does not answer with one row of scores for each row of its input.');
      sum += crossEntropy(Float32Array.from(values), outputs.width, wanted, areProbabilities).sum;
    }
    return {
      network,
      weights,
      program: {
        bytes: bytesWithWeightInputs(network, scores, weights.tensors),
        sourceName: network.source.name,
        tensors: weights.tensors,
        scores,
        areProbabilities,
        width: outputs.width,
        batches,
        rows: data.rows,
      },
      own: { loss: sum / data.rows, accuracy: shareOfOnes(right) },
      targets,
      runtime: runtime.runtime,
    };
  } finally {
    await session.dispose();
  }
}

function shareOfOnes(values: Uint8Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Whether another network has weights of the same names and shapes. Throws `shape-mismatch`. */
export function weightsLike(first: NetworkWeights, other: OnnxModel, name: string): Float32Array {
  const found = networkWeights(other);
  const form = ({ tensors }: NetworkWeights) => tensors.map(({ shape }) => shape.join('×')).join(', ');
  if (form(found) !== form(first))
    throw new Fault('shape-mismatch', `The networks differ in their weights: ${form(first)} and ${form(found)}.`, {
      hint: 'A plane or path leads through networks of one architecture.',
      source: name,
    });
  return found.values;
}
