import type { InferenceSession } from 'onnxruntime-node';
import type { OnnxModel } from '../../models/onnx/onnxModel';
import { quantisationOf, type Quantisation } from '../../models/onnx/quantisation';
import { runnable } from '../../models/onnx/runnable';
import type { FeedTensor, FetchedTensor, NetworkSession } from '../network';
import type { OnnxRuntime } from './loadRuntime';
import { fromOnnx, toOnnx } from './onnxTensors';
import { runtimeFault } from './runtimeFault';

/** A session of ONNX Runtime. */
export class OnnxSession implements NetworkSession {
  private readonly quantisations = new Map<string, Quantisation | undefined>();

  private constructor(
    private readonly runtime: OnnxRuntime,
    private readonly session: InferenceSession,
    private readonly model: OnnxModel,
    readonly inputs: readonly string[],
  ) {}

  /** Throws `unsupported`, `corrupt`, `too-large`. */
  static async open(runtime: OnnxRuntime, model: OnnxModel, tensors: readonly string[]): Promise<OnnxSession> {
    const { bytes, inputs, files } = runnable(model, tensors, false);
    try {
      const session = await runtime.api.InferenceSession.create(bytes, {
        executionProviders: [runtime.kind === 'native' ? 'cpu' : 'wasm'],
        // Sums must not depend on the number of threads; layers are spread over cores by whoever calls.
        intraOpNumThreads: 1,
        interOpNumThreads: 1,
        graphOptimizationLevel: 'all',
        logSeverityLevel: 4,
        // Or activations that meet quantised weights would be rounded to 8 bits themselves: off by a hundredth and more.
        extra: { session: { qdq_matmulnbits_accuracy_level: '1' } },
        ...(files.length === 0 ? {} : { externalData: files }),
      });
      return new OnnxSession(runtime, session, model, inputs);
    } catch (error) {
      throw runtimeFault(error, model.source.name);
    }
  }

  async run(
    feeds: Readonly<Record<string, FeedTensor>>,
    fetches: readonly string[],
  ): Promise<Record<string, FetchedTensor>> {
    const given = Object.fromEntries(
      Object.entries(feeds).map(([name, feed]) => [name, toOnnx(this.runtime, name, feed)]),
    );
    try {
      const found = await this.session.run(given, [...fetches]);
      return Object.fromEntries(fetches.map(name => [name, dequantised(fromOnnx(found[name]!), this.scales(name))]));
    } catch (error) {
      throw runtimeFault(error, this.model.source.name);
    }
  }

  private scales(name: string): Quantisation | undefined {
    if (!this.quantisations.has(name)) this.quantisations.set(name, quantisationOf(this.model, name));
    return this.quantisations.get(name);
  }

  async dispose(): Promise<void> {
    await this.session.release();
  }
}

/** Whole numbers of a quantised tensor as the values that they stand for. */
function dequantised(tensor: FetchedTensor, quantisation: Quantisation | undefined): FetchedTensor {
  const { values } = tensor;
  if (quantisation === undefined || values === undefined) return tensor;
  const { scale, zeroPoint } = quantisation;
  const real = new Float32Array(values.length);
  for (let i = 0; i < real.length; i++) real[i] = (values[i]! - zeroPoint) * scale;
  return { dims: tensor.dims, values: real };
}
