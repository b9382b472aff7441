import { Cancellation } from '../base/cancellation';
import { Fault, type Warning } from '../base/fault';
import { noProgress, type Progress } from '../base/progress';
import { formatCount } from '../base/numbers';
import { inputLayer } from '../models/inputLayer';
import type { Layer, Model } from '../models/model';
import { batchRows } from './batchRows';
import { forwardCost } from './forecast';
import { product } from './fitInput';
import type { InputRows } from './inputRows';
import { LayerCollector, type CaptureFailure, type LayerActivations } from './layerCollector';
import { loadNetwork, type FetchedTensor, type Network } from './network';
import { networkInputs } from './networkInputs';
import type { ClassOutput, NetworkOutputs } from './outputs';
import type { Reduction } from './reduction';
import type { RuntimeName, RuntimeOptions } from './runtime';
import { selectLayers } from './selectLayers';

export interface CaptureOptions {
  readonly runtime: RuntimeOptions;
  /** Names of layers; all of them where undefined, none where empty. An unknown name is a `usage` fault. */
  readonly layers?: readonly string[] | undefined;
  /** Whether the rows are wanted as the network is given them, too, as the layer that `inputLayer` gives: whole unless a reduction is named. */
  readonly input?: boolean | undefined;
  /** Rows whose activations are kept, ascending; all where undefined. */
  readonly rows?: Uint32Array | undefined;
  /** Where undefined: the mean over positions or tokens for activations that have them, vectors as they are. */
  readonly reduction?: Reduction | undefined;
  /** With `positions`, the number of points that are drawn (with the seed) from all positions of all rows. 1000. */
  readonly maxPoints?: number | undefined;
  /** Whether the network's outputs are wanted too, over all rows. */
  readonly outputs?: boolean | undefined;
  /** Rows per forward pass; chosen from the activations' size where undefined. */
  readonly batchRows?: number | undefined;
  readonly seed?: number | undefined;
  /** Values of inputs other than the first, by name. */
  readonly otherInputs?: Readonly<Record<string, InputRows>> | undefined;
  readonly cancellation?: Cancellation | undefined;
  readonly progress?: Progress | undefined;
  /** Called with each layer that is finished, before outputs over the other rows are computed. */
  readonly onLayer?: ((layer: LayerActivations) => void) | undefined;
}

export interface Capture {
  /** In the order of computation. */
  readonly layers: readonly LayerActivations[];
  readonly failures: readonly CaptureFailure[];
  /** `undefined` where not asked for, or where no output has one score, or one a class, for each row. */
  readonly outputs: NetworkOutputs | undefined;
  /** What was done to the rows to fit the input, as a sentence part: "64 values taken as 1 × 8 × 8". */
  readonly treatment: string;
  readonly warnings: readonly Warning[];
  readonly runtime: RuntimeName;
}

/**
 * Runs a network forward over rows of data, in batches, and keeps the activations of the chosen layers on the chosen rows; on
 * request also its answer for every row. Each row passes once. Throws `usage` (no such layer), `unsupported`,
 * `shape-mismatch`, `corrupt`, `too-large`, `empty`, `cancelled`; a layer that fails alone (`not-finite`) is among the failures.
 */
export async function capture(given: Model, data: InputRows, options: CaptureOptions): Promise<Capture> {
  if (data.rows === 0)
    throw new Fault('empty', 'The data has no rows.', data.name === undefined ? {} : { source: data.name });
  const model = given.forRows?.(data.rowShape) ?? given;
  const cancellation = options.cancellation ?? Cancellation.never;
  const layers = selectLayers(model, options.layers);
  const warnings: Warning[] = [];
  const network = await loadNetwork(model, options.runtime);
  warnings.push(...(network.warnings ?? []));
  const answer = options.outputs === true ? network.classOutput : undefined;
  const outputsRun = canRunOutputs(
    network,
    model,
    layers,
    options.layers === undefined,
    answer !== undefined,
    warnings,
  );
  const wanted = outputsRun ? answer : undefined;

  const tensors = [...layers.map(layer => layer.output), ...(wanted === undefined ? [] : [wanted.tensor])];
  if (tensors.length === 0) {
    return { layers: [], failures: [], outputs: undefined, treatment: 'not used', warnings, runtime: network.runtime };
  }
  const session = await network.open(tensors);
  try {
    const inputs = networkInputs(network, model, session.inputs, data, options.otherInputs ?? {});
    const chosen = options.rows ?? Uint32Array.from({ length: data.rows }, (_, i) => i);
    const kept = layers.length === 0 ? new Uint32Array(0) : chosen;
    const batch = batchSize(model, layers, inputs.batch, options.batchRows);
    const collectors = layers.map(
      layer =>
        new LayerCollector(layer, kept, {
          reduction: options.reduction,
          maxPoints: options.maxPoints ?? 1000,
          seed: options.seed ?? 0,
          batchAxis: batchAxisOf(network, session.inputs, layer.output),
          padding: data.lengths && { padded: data.rowShape[0]!, lengths: data.lengths },
        }),
    );
    const asInput = options.input === true ? inputLayer(model) : undefined;
    const inputCollector =
      asInput &&
      new LayerCollector(asInput, kept, {
        reduction: options.reduction ?? 'flatten',
        maxPoints: options.maxPoints ?? 1000,
        seed: options.seed ?? 0,
        batchAxis: 0,
      });
    const answers = wanted === undefined ? undefined : new AnswerCollector(data.rows);
    const others = answers === undefined ? new Uint32Array(0) : without(data.rows, kept);
    const total = kept.length + others.length;
    let done = 0;

    const pass = async (rows: Uint32Array, collect: readonly LayerCollector[]) => {
      const fetches = [
        ...new Set([...collect.map((_, i) => layers[i]!.output), ...(wanted === undefined ? [] : [wanted.tensor])]),
      ];
      const step = batch === 'none' ? 1 : batch;
      for (let from = 0; from < rows.length; from += step) {
        cancellation.throwIfCancelled();
        const part = rows.subarray(from, from + step);
        // Only a network of a fixed batch needs its last one filled up.
        const count = typeof inputs.batch === 'number' ? inputs.batch : part.length;
        const size = batch === 'none' ? batch : count;
        const feeds = inputs.feeds(part, count, inputs.lengthOf?.(part));
        const found = await session.run(feeds, fetches);
        if (asInput !== undefined && collect.length > 0)
          inputCollector?.add(feeds[asInput.name]!, size, from, part.length);
        collect.forEach((collector, i) => collector.add(found[layers[i]!.output]!, size, from, part.length));
        if (wanted !== undefined) answers?.add(found[wanted.tensor]!, size, part);
        done += part.length;
        (options.progress ?? noProgress)(
          done / total,
          `running the network, ${formatCount(done)} of ${formatCount(total)} rows`,
        );
      }
    };

    const { lengthOf } = inputs;
    if (lengthOf !== undefined && typeof batch === 'number' && kept.length > 0) {
      const starts = Array.from({ length: Math.ceil(kept.length / batch) }, (_, i) => i * batch);
      const parts = starts.map(from => kept.subarray(from, from + batch));
      if (parts.some(part => lengthOf(part) < data.rowShape[0]!)) {
        // One row as long as the longest says what shape each layer has then.
        const count = typeof inputs.batch === 'number' ? inputs.batch : 1;
        const found = await session.run(inputs.feeds(kept.subarray(0, 1), count), [
          ...new Set(layers.map(layer => layer.output)),
        ]);
        collectors.forEach((collector, i) => collector.frame(found[layers[i]!.output]!, count));
      }
    }
    if (data.lengths !== undefined && !inputs.hasMask && network.masksItself !== true && new Set(data.lengths).size > 1)
      warnings.push(NO_MASK);
    await pass(kept, collectors);
    cancellation.throwIfCancelled();
    const captured: LayerActivations[] = [];
    const failures: CaptureFailure[] = [];
    for (const collector of inputCollector === undefined ? collectors : [inputCollector, ...collectors]) {
      const result = collector.finish();
      if ('fault' in result) failures.push(result);
      else {
        captured.push(result);
        options.onLayer?.(result);
      }
    }
    await pass(others, []);
    return {
      layers: captured,
      failures,
      outputs: wanted === undefined ? undefined : answers?.finish(model, wanted),
      treatment: inputs.treatment,
      warnings,
      runtime: network.runtime,
    };
  } finally {
    await session.dispose();
  }
}

/** Checks that the layers asked for do not depend on an operator that no runtime knows; says whether the outputs can be had. */
function canRunOutputs(
  network: Network,
  model: Model,
  layers: readonly Layer[],
  all: boolean,
  asked: boolean,
  warnings: Warning[],
): boolean {
  for (const { operator, node, layersBefore } of model.unsupported) {
    const before = new Set(layersBefore);
    // An output that is asked for as a layer has the tensor of the layer that gives it.
    const computed = new Set(model.layers.filter(layer => before.has(layer.name)).map(layer => layer.output));
    const blocked = layers.find(layer => !computed.has(layer.output));
    if (blocked !== undefined || (layers.length === 0 && asked)) {
      const what =
        blocked === undefined ? 'the outputs depend' : all ? 'the network depends' : `layer ${blocked.name} depends`;
      throw new Fault(
        'unsupported',
        `The operator ${operator} of node "${node}" is not known to any runtime here, and ${what} on it.`,
        {
          hint:
            layersBefore.length > 0
              ? `Layers before it can be asked for, such as ${layersBefore.slice(-3).join(', ')}.`
              : 'The model can still be described.',
          source: network.sourceName,
        },
      );
    }
    if (asked)
      warnings.push({
        code: 'unsupported',
        message: `The outputs are left out: they depend on the operator ${operator} of node "${node}".`,
      });
  }
  return model.unsupported.length === 0;
}

const NO_MASK: Warning = {
  code: 'padding',
  message:
    'The network takes no mask: padding counts as tokens in what it computes, so that what a shorter text gives depends on the longest of those that it is run with.',
};

function batchSize(
  model: Model,
  layers: readonly Layer[],
  asked: 'free' | 'none' | number,
  given: number | undefined,
): number | 'none' {
  if (asked !== 'free') return asked;
  if (given !== undefined) return Math.max(1, Math.floor(given));
  // From the network alone, never from a clock: sums may depend on the batch in their last bits.
  const { bytes, operations } = forwardCost(model, layers);
  return Math.max(1, Math.min(256, Math.floor(64e6 / Math.max(1, bytes)), Math.floor(4e8 / Math.max(1, operations))));
}

/** The axis of a tensor that carries the same free dimension as the first axis of an input. */
function batchAxisOf(network: Network, inputs: readonly string[], tensor: string): number | undefined {
  const names = inputs.map(name => network.dims(name)?.[0]).filter(dim => typeof dim === 'string');
  const axis = network.dims(tensor)?.findIndex(dim => typeof dim === 'string' && names.includes(dim));
  return axis === undefined || axis < 0 ? undefined : axis;
}

function without(count: number, rows: Uint32Array): Uint32Array {
  const taken = new Uint8Array(count);
  for (const row of rows) taken[row] = 1;
  return Uint32Array.from({ length: count }, (_, i) => i).filter(row => taken[row] === 0);
}

/** Gathers one answer a row. */
class AnswerCollector {
  private values: Float32Array<SharedArrayBuffer> | undefined;
  private width = 0;
  private usable = true;

  constructor(private readonly rows: number) {}

  add(tensor: FetchedTensor, batch: number | 'none', rows: Uint32Array): void {
    const split = batchRows(tensor, batch, undefined);
    if (split === undefined || split.rowShape.filter(dim => dim !== 1).length > 1) this.usable = false;
    if (split === undefined || !this.usable) return;
    const values = (this.values ??= new Float32Array(new SharedArrayBuffer(this.rows * split.rowSize * 4)));
    const width = product(split.rowShape);
    if (this.width !== 0 && this.width !== width) {
      // One answer a token, of texts of different lengths.
      this.usable = false;
      return;
    }
    this.width = width;
    rows.forEach((row, i) => {
      const from = split.values(i);
      for (let k = 0; k < this.width; k++) values[row * this.width + k] = from[split.start(i) + k]!;
    });
  }

  finish(model: Model, output: ClassOutput): NetworkOutputs | undefined {
    if (!this.usable || this.values === undefined) return undefined;
    const kind =
      output.kind === 'label' ? 'label' : this.width > 1 ? 'classes' : output.sigmoid ? 'probability' : 'logit';
    return {
      name: output.name,
      kind,
      rows: this.rows,
      width: this.width,
      values: this.values,
      classNames: model.classNames,
    };
  }
}

export type { InputRows } from './inputRows';
export type { CaptureFailure, LayerActivations } from './layerCollector';
export type { NetworkOutputs } from './outputs';
