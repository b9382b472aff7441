import type { OnnxModel } from '../../models/onnx/onnxModel';
import type { Network } from '../network';
import type { RuntimeOptions } from '../runtime';
import { classOutput } from './classOutput';
import { loadRuntime } from './loadRuntime';
import { OnnxSession } from './onnxSession';

/** A network for ONNX Runtime. */
export async function onnxNetwork(model: OnnxModel, options: RuntimeOptions): Promise<Network> {
  const runtime = await loadRuntime(options);
  const { kind, name, version } = runtime;
  return {
    runtime: { kind, name, version },
    sourceName: model.source.name,
    classOutput: classOutput(model),
    dims: tensor => model.facts.get(tensor)?.dims,
    open: tensors => OnnxSession.open(runtime, model, tensors),
  };
}
