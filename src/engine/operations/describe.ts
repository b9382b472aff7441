import { describeModel, outlineModel, type DescribeResult, type OutlineResult } from '../../analyses/describe';
import { DisposableStore } from '../../base/lifecycle';
import { blaming } from '../blaming';
import { modelHash, openModelFile } from '../openModelFile';
import type { OperationContext } from '../operationContext';
import type { Answered } from '../operationTypes';
import { openStoredLayers, type StoredLayers } from '../storedLayers';
import { VERSION } from '../version';

export function describe(
  { model: path, answer }: Answered & { readonly model: string },
  context: OperationContext<never>,
): DescribeResult {
  const store = new DisposableStore();
  try {
    // A .safetensors is described as what it holds, weights or not.
    const stored = blaming(path, () => openStoredLayers(path, store, context.cancellation, { tensors: false }));
    if (stored !== undefined) return describeStored(path, stored);
    const opened = openModelFile(path, store, answer);
    return describeModel(opened.model, {
      version: VERSION,
      model: { name: path, sha256: modelHash(opened, context.cancellation) },
      parameters: { ...opened.model.assumption?.answer },
      seed: 0,
    });
  } finally {
    store.dispose();
  }
}

/** As `describe`, but weights are left in the file. */
export function outline(
  { model: path, answer }: Answered & { readonly model: string },
  context: OperationContext<never>,
): OutlineResult {
  const store = new DisposableStore();
  try {
    const stored = blaming(path, () => openStoredLayers(path, store, context.cancellation, { tensors: false }));
    if (stored === undefined) return outlineModel(openModelFile(path, store, answer).model);
    return { ...storedOutline(stored), isProgram: false, weightBytes: 0 };
  } finally {
    store.dispose();
  }
}

/** By which results and answers about a model are kept. */
export function hashOfModel({ model }: { readonly model: string }, context: OperationContext<never>): string {
  const store = new DisposableStore();
  try {
    return modelHash(openModelFile(model, store), context.cancellation);
  } finally {
    store.dispose();
  }
}

/** Activations that were saved: layers without a network. */
function describeStored(path: string, stored: StoredLayers): DescribeResult {
  const provenance = { version: VERSION, model: { name: path, sha256: stored.hash() }, parameters: {}, seed: 0 };
  return { ...storedOutline(stored), warnings: [], provenance };
}

function storedOutline({ rows, layers }: StoredLayers): Omit<DescribeResult, 'warnings' | 'provenance'> {
  return {
    format: 'activations',
    producer: 'stored arrays',
    details: [{ name: 'rows', value: String(rows) }],
    inputs: [],
    outputs: [],
    parameters: 0,
    layers: layers.map(({ name, rowShape }) => ({
      name,
      op: 'array',
      outputShape: [null, ...rowShape],
      parameters: 0,
      weights: [],
      output: name,
      inputs: [],
    })),
    classNames: undefined,
    unsupported: [],
  };
}
