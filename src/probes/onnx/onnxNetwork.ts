import type { OnnxModel } from '../../models/onnx/onnxModel';
import { computesInBfloat16 } from '../../models/onnx/widenedTypes';
import type { Warning } from '../../base/fault';
import type { Network } from '../network';
import type { RuntimeOptions } from '../runtime';
import { classOutput } from './classOutput';
import { loadRuntime } from './loadRuntime';
import { OnnxSession } from './onnxSession';

const WIDENED: Warning = {
  code: 'widened',
  message: 'The network is in bfloat16; it is run in 32-bit floats, which round less than it would.',
};

/** A network for ONNX Runtime. */
export async function onnxNetwork(model: OnnxModel, options: RuntimeOptions): Promise<Network> {
  const runtime = await loadRuntime(options);
  const { kind, name, version } = runtime;
  return {
    runtime: { kind, name, version },
    sourceName: model.source.name,
    classOutput: classOutput(model),
    dims: tensor => model.facts.get(tensor)?.dims,
    ...(computesInBfloat16(model.file) ? { warnings: [WIDENED] } : {}),
    open: tensors => OnnxSession.open(runtime, model, tensors),
  };
}
