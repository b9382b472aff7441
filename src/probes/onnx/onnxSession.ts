import type { InferenceSession } from 'onnxruntime-node';
import type { OnnxModel } from '../../models/onnx/onnxModel';
import { runnable } from '../../models/onnx/runnable';
import type { FeedTensor, FetchedTensor, NetworkSession } from '../network';
import type { OnnxRuntime } from './loadRuntime';
import { fromOnnx, toOnnx } from './onnxTensors';
import { runtimeFault } from './runtimeFault';

/** A session of ONNX Runtime. */
export class OnnxSession implements NetworkSession {
  private constructor(
    private readonly runtime: OnnxRuntime,
    private readonly session: InferenceSession,
    private readonly sourceName: string,
    readonly inputs: readonly string[],
  ) {}

  /** Throws `unsupported`, `corrupt`, `too-large`. */
  static async open(runtime: OnnxRuntime, model: OnnxModel, tensors: readonly string[]): Promise<OnnxSession> {
    const { bytes, inputs } = runnable(model, tensors, false);
    try {
      const session = await runtime.api.InferenceSession.create(bytes, {
        executionProviders: [runtime.kind === 'native' ? 'cpu' : 'wasm'],
        // Sums must not depend on the number of threads; layers are spread over cores by whoever calls.
        intraOpNumThreads: 1,
        interOpNumThreads: 1,
        graphOptimizationLevel: 'all',
        logSeverityLevel: 4,
      });
      return new OnnxSession(runtime, session, model.source.name, inputs);
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
      return Object.fromEntries(fetches.map(name => [name, fromOnnx(found[name]!)]));
    } catch (error) {
      throw runtimeFault(error, this.sourceName);
    }
  }

  async dispose(): Promise<void> {
    await this.session.release();
  }
}
