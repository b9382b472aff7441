import path from 'node:path';
import { isCancelled } from '../../base/fault';
import { Random } from '../../base/random';
import type { LayerTaskInput } from '../../analyses/layerTask';
import { loadRuntime } from '../../probes/onnx/loadRuntime';
import type { OperationContext } from '../operationContext';

const POINTS = 120;
const WIDTH = 8;

/**
 * Makes the next inspection start warm, while a person still chooses data for it: loads the inference runtime, starts a worker for
 * each core and has each compute one small layer, so that its kernels are compiled. Its answer says nothing, and what fails here
 * fails where it matters.
 */
export async function prepare(_input: object, context: OperationContext<never>): Promise<null> {
  const runtime = loadRuntime({ folder: path.dirname(context.runtimePath) });
  const layers = Array.from({ length: context.threads }, () => context.task('layer', smallLayer()));
  for (const outcome of await Promise.allSettled([runtime, ...layers]))
    if (outcome.status === 'rejected' && isCancelled(outcome.reason)) throw outcome.reason;
  return null;
}

function smallLayer(): LayerTaskInput {
  const random = new Random(0, 'prepare');
  return {
    name: 'prepare',
    op: 'Gemm',
    shape: [POINTS, WIDTH],
    reduction: 'none',
    count: POINTS,
    width: WIDTH,
    values: Float32Array.from({ length: POINTS * WIDTH }, () => random.normal()),
    rowOfPoint: Uint32Array.from({ length: POINTS }, (_, i) => i),
    rows: POINTS,
    randomInput: true,
    maxDimension: 1,
    seed: 0,
  };
}
