import type { Tensor } from '@tensorflow/tfjs-core';
import { Fault } from '../../base/fault';
import { innerPart, innerTensor, type KerasModel, type KerasStep } from '../../models/keras/kerasModel';
import { readFloats } from '../../models/storedTensor';
import type { FeedTensor, FetchedTensor, NetworkSession } from '../network';
import type { LayerContext } from './layerContext';
import { forwardOf } from './layerForward';
import type { TfjsRuntime } from './loadLibrary';
import { maskOf } from './masks';
import { tfjsFault } from './tfjsFault';

/** The steps of a Keras network that some tensors need, with their weights in the backend's memory. */
export class KerasSession implements NetworkSession {
  private readonly weights = new Map<string, ReadonlyMap<string, Tensor>>();
  private constructor(
    private readonly runtime: TfjsRuntime,
    private readonly model: KerasModel,
    /** In the order of computation. */
    private readonly steps: readonly KerasStep[],
    readonly inputs: readonly string[],
  ) {}

  /** Throws `unsupported` where a step cannot be computed, `too-large` where weights do not fit. */
  static open(runtime: TfjsRuntime, model: KerasModel, tensors: readonly string[]): KerasSession {
    const steps = neededFor(model, tensors);
    const inputs = steps.filter(isInput).map(step => step.name);
    const session = new KerasSession(runtime, model, steps, inputs);
    try {
      session.loadWeights();
    } catch (error) {
      session.release();
      throw tfjsFault(error, undefined, model.file.source);
    }
    return session;
  }

  run(
    feeds: Readonly<Record<string, FeedTensor>>,
    fetches: readonly string[],
  ): Promise<Readonly<Record<string, FetchedTensor>>> {
    return Promise.resolve().then(() => this.compute(feeds, new Set(fetches)));
  }

  dispose(): Promise<void> {
    this.release();
    return Promise.resolve();
  }

  private loadWeights(): void {
    const { tf } = this.runtime;
    for (const { layer } of this.steps) {
      const own = this.model.weights.get(layer.name);
      if (own === undefined || this.weights.has(layer.name)) continue;
      const tensors = new Map<string, Tensor>();
      this.weights.set(layer.name, tensors);
      for (const { role, tensor } of own) {
        tensors.set(role, tf.tensor(readFloats(tensor, this.model.file.source), [...tensor.shape]));
      }
    }
  }

  private release(): void {
    for (const own of this.weights.values()) for (const tensor of own.values()) tensor.dispose();
    this.weights.clear();
  }

  /** Computes step by step, and gives back each tensor's memory after its last reader. */
  private compute(
    feeds: Readonly<Record<string, FeedTensor>>,
    fetches: ReadonlySet<string>,
  ): Record<string, FetchedTensor> {
    const { tf } = this.runtime;
    const readers = new Map<string, number>();
    for (const step of this.steps) for (const name of step.inputs) readers.set(name, (readers.get(name) ?? 0) + 1);
    const alive = new Map<string, Tensor>();
    const masks = new Map<string, Tensor>();
    const found: Record<string, FetchedTensor> = {};
    const release = (name: string) => {
      alive.get(name)?.dispose();
      alive.delete(name);
    };
    try {
      for (const step of this.steps) {
        const result = tf.tidy(() =>
          this.step(step, feeds, alive, masks, (part, tensor) => {
            const name = innerTensor(step.output, part);
            if (fetches.has(name)) found[name] = { dims: [...tensor.shape], values: tensor.dataSync() };
          }),
        );
        const [mask] = tf.tidy(() => this.mask(step, alive, masks));
        if (mask !== undefined) masks.set(step.output, mask);
        if (fetches.has(step.output)) found[step.output] = { dims: [...result.shape], values: result.dataSync() };
        alive.set(step.output, result);
        for (const name of step.inputs) {
          const left = readers.get(name)! - 1;
          readers.set(name, left);
          if (left === 0) release(name);
        }
        if (!readers.has(step.output)) release(step.output);
      }
      return found;
    } finally {
      for (const name of [...alive.keys()]) release(name);
      for (const mask of new Set(masks.values())) mask.dispose();
    }
  }

  private step(
    step: KerasStep,
    feeds: Readonly<Record<string, FeedTensor>>,
    alive: ReadonlyMap<string, Tensor>,
    given: ReadonlyMap<string, Tensor>,
    note: LayerContext['note'],
  ): Tensor {
    const { tf } = this.runtime;
    if (isInput(step)) {
      const { values, dims } = feeds[step.name]!;
      return tf.tensor(Float32Array.from(values), [...dims]);
    }
    const inputs = step.inputs.map(name => {
      const tensor = alive.get(name);
      if (tensor === undefined) throw several(step, this.model.file.source);
      return tensor;
    });
    const { settings, call, shape, layer } = step;
    const weights = this.weights.get(layer.name) ?? new Map<string, Tensor>();
    try {
      const masks = step.inputs.map(name => given.get(name));
      const { modern } = this.model.file;
      const result = forwardOf(step)({ tf, settings, call, inputs, masks, weights, shape, modern, note });
      // A tensor of its own, that may be given back when the input still is needed.
      return inputs.includes(result) ? result.clone() : result;
    } catch (error) {
      throw tfjsFault(error, step, this.model.file.source);
    }
  }

  /** The mask that a step's output carries, where it has one: a tensor of its own, or that of its input. */
  private mask(step: KerasStep, alive: ReadonlyMap<string, Tensor>, given: ReadonlyMap<string, Tensor>): Tensor[] {
    if (isInput(step)) return [];
    const inputs = step.inputs.flatMap(name => alive.get(name) ?? []);
    const masks = step.inputs.map(name => given.get(name));
    try {
      const mask = maskOf(this.runtime.tf, step, inputs, masks, this.model.file.modern);
      return mask === undefined ? [] : [mask];
    } catch (error) {
      throw tfjsFault(error, step, this.model.file.source);
    }
  }
}

function isInput(step: KerasStep): boolean {
  return step.layer.className === 'InputLayer';
}

function several(step: KerasStep, source: string): Fault {
  return new Fault(
    'unsupported',
    `Layer ${step.name} reads from a layer with several outputs, of which the first is computed here.`,
    { source },
  );
}

function neededFor(model: KerasModel, tensors: readonly string[]): readonly KerasStep[] {
  const byOutput = new Map(model.steps.map(step => [step.output, step]));
  const needed = new Set<KerasStep>();
  const pending = tensors.map(name => innerPart(name)?.output ?? name);
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    const step = byOutput.get(name);
    if (step === undefined || needed.has(step)) continue;
    needed.add(step);
    pending.push(...step.inputs);
  }
  return model.steps.filter(step => needed.has(step));
}
