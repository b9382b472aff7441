import type { InferenceSession, Tensor } from 'onnxruntime-node';
import type { OnnxModel } from '../models/onnx/onnxModel';
import { runnable } from '../models/onnx/runnable';
import type { Runtime } from './runtime';
import { runtimeFault } from './runtimeFault';

/**
 * A network that a runtime has loaded, with the tensors that may be asked for. `run` computes in the calling thread for
 * as long as a batch takes: call it in a worker.
 */
export class NetworkSession {
  private constructor(
    private readonly session: InferenceSession,
    private readonly sourceName: string,
    /** Inputs that must be fed. */
    readonly inputs: readonly string[],
  ) {}

  /** Throws `unsupported`, `corrupt`, `too-large`. */
  static async open(
    runtime: Runtime,
    model: OnnxModel,
    tensors: readonly string[],
    withOutputs: boolean,
  ): Promise<NetworkSession> {
    const { bytes, inputs } = runnable(model, tensors, withOutputs);
    try {
      const session = await runtime.api.InferenceSession.create(bytes, {
        executionProviders: [runtime.kind === 'native' ? 'cpu' : 'wasm'],
        // Sums must not depend on the number of threads; layers are spread over cores by whoever calls.
        intraOpNumThreads: 1,
        interOpNumThreads: 1,
        graphOptimizationLevel: 'all',
        logSeverityLevel: 4,
      });
      return new NetworkSession(session, model.source.name, inputs);
    } catch (error) {
      throw runtimeFault(error, model.source.name);
    }
  }

  async run(feeds: Record<string, Tensor>, fetches: readonly string[]): Promise<Record<string, Tensor>> {
    try {
      return await this.session.run(feeds, [...fetches]);
    } catch (error) {
      throw runtimeFault(error, this.sourceName);
    }
  }

  async dispose(): Promise<void> {
    await this.session.release();
  }
}
