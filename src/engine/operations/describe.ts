import { describeModel, outlineModel, type DescribeResult, type OutlineResult } from '../../analyses/describe';
import type { Warning } from '../../base/fault';
import { DisposableStore } from '../../base/lifecycle';
import { quoted } from '../../base/text';
import { blaming } from '../blaming';
import { modelHash, openModelFile } from '../openModelFile';
import type { OperationContext } from '../operationContext';
import type { Answered } from '../operationTypes';
import { listStoredArrays } from '../storedLayers';
import { VERSION } from '../version';

export function describe(
  { model: path, answer }: Answered & { readonly model: string },
  context: OperationContext<never>,
): DescribeResult {
  const store = new DisposableStore();
  try {
    // A .safetensors is described as what it holds, weights or not.
    const stored = blaming(path, () => listStoredArrays(path, store, context.cancellation));
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
    const stored = blaming(path, () => listStoredArrays(path, store, context.cancellation));
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
function describeStored(path: string, stored: StoredArrays): DescribeResult {
  const provenance = { version: VERSION, model: { name: path, sha256: stored.hash() }, parameters: {}, seed: 0 };
  return { ...storedOutline(stored), warnings: haveRows(stored) ? [] : [rowsDiffer(stored)], provenance };
}

type StoredArrays = NonNullable<ReturnType<typeof listStoredArrays>>;

/** Whether all arrays have the same rows, as activations have. */
function haveRows({ arrays: [first, ...others] }: StoredArrays): boolean {
  return first!.shape.length > 0 && others.every(({ shape }) => shape[0] === first!.shape[0]);
}

function storedOutline(stored: StoredArrays): Omit<DescribeResult, 'warnings' | 'provenance'> {
  const { arrays } = stored;
  const areRows = haveRows(stored);
  return {
    format: 'activations',
    producer: 'stored arrays',
    details: areRows ? [{ name: 'rows', value: String(arrays[0]!.shape[0]) }] : [],
    inputs: [],
    outputs: [],
    parameters: 0,
    layers: arrays.map(({ name, shape }) => ({
      name,
      op: 'array',
      // Activations of one value a row have an axis for it.
      outputShape: areRows ? [null, ...(shape.length === 1 ? [1] : shape.slice(1))] : shape,
      parameters: 0,
      weights: [],
      output: name,
      inputs: [],
    })),
    classNames: undefined,
    unsupported: [],
  };
}

/** Arrays that are no layers of one run are described all the same. */
function rowsDiffer({ arrays }: StoredArrays): Warning {
  const few = arrays.slice(0, 4).map(({ name, shape }) => `${quoted(name, 40)} ${shape[0] ?? 'none'}`);
  const counts = `${few.join(', ')}${arrays.length > few.length ? ', …' : ''}`;
  return {
    code: 'rows-differ',
    message: `The arrays have different numbers of rows (${counts}): they are no activations of the same inputs, and are not inspected together.`,
  };
}
