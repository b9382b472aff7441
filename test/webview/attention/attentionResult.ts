import path from 'node:path';
import { runTask } from '../../../src/analyses/taskTable';
import { Cancellation } from '../../../src/base/cancellation';
import { noProgress } from '../../../src/base/progress';
import { dataLibraries } from '../../../src/engine/dataLibraries';
import type { OperationContext } from '../../../src/engine/operationContext';
import { attention, attentionMap } from '../../../src/engine/operations/attention';
import type { AttentionMapping, AttentionResult } from '../../../src/protocol/attention';

const root = path.join(import.meta.dirname, '..', '..', '..');
const folder = path.join(root, 'test', 'fixtures', 'transformer');
const files = { model: path.join(folder, 'two-layers.onnx'), text: path.join(folder, 'sentences.jsonl') };
const context = {
  cancellation: Cancellation.never,
  progress: noProgress,
  runtimePath: path.join(root, 'node_modules'),
  libraries: dataLibraries(''),
  threads: 1,
  task: (name, input) => Promise.resolve(runTask(name, input, Cancellation.never, noProgress)),
} as Partial<OperationContext<never>> as OperationContext<never>;

/** The heads of a small transformer, as the engine tells of them. */
export function attentionResult(): Promise<AttentionResult> {
  return attention({ ...files, parameters: { permutations: 99 } }, context);
}

export function attentionOfText(row: number, layer: number): Promise<AttentionMapping> {
  return attentionMap({ ...files, row, layer }, context);
}
