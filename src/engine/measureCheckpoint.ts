import { collapseOf, type CollapseResult } from '../analyses/collapse';
import { classifierOf } from '../analyses/denseLayers';
import type { InspectResult } from '../analyses/inspect';
import { inspectModel } from '../analyses/inspectModel';
import { checkpointOf } from '../analyses/timeline/checkpointOf';
import { stepOf } from '../analyses/timeline/checkpointOrder';
import { timelineParameters, type Checkpoint } from '../analyses/timeline/timeline';
import { weightsOf, type WeightsResult } from '../analyses/weights';
import { Fault, isCancelled, type Warning } from '../base/fault';
import { DisposableStore } from '../base/lifecycle';
import { subProgress } from '../base/progress';
import { Random } from '../base/random';
import { inspectSubject } from './inspectSubject';
import type { CacheKey } from './layerCache';
import { modelHash, openModelFile } from './openModelFile';
import { labelsOf, openRun, type ModelRun } from './openRun';
import type { OperationContext } from './operationContext';
import type { CheckpointPath, CheckpointsInput } from './timelineTypes';
import { VERSION } from './version';

/** Raised when a checkpoint's numbers would come out otherwise, or its entry has another form. */
const ENTRY_VERSION = 2;

/**
 * All that the timeline says of one checkpoint: taken from the cache where the same was measured before, whatever the file was called then. Weights without their program have no layers, and a warning says
 * why. Throws what makes the file unusable.
 */
export async function measureCheckpoint(
  { file, path }: CheckpointPath,
  input: CheckpointsInput,
  context: OperationContext<never>,
): Promise<Checkpoint> {
  const store = new DisposableStore();
  try {
    const opened = openModelFile(path, store, input.answer);
    if (opened.model.missing !== undefined) {
      const weights = weightsAlone(opened.model.missing.fault, () =>
        weightsOf(opened.model, { version: VERSION, parameters: {}, seed: 0 }, context.cancellation),
      );
      return checkpointOf(
        {
          file,
          sha256: modelHash(opened, context.cancellation),
          network: [],
          featureLayer: undefined,
          inspected: undefined,
          collapse: undefined,
          ...weights,
        },
        context.cancellation,
      );
    }
    const run = openRun({ ...input, model: path }, context, store);
    const key = entryKey(run, input);
    const known = context.cache?.get(key, isCheckpoint);
    if (known !== undefined) return { ...known, file, step: stepOf(file) };
    const checkpoint = await measureRun(file, path, run, input, context);
    context.cache?.put(key, checkpoint);
    return checkpoint;
  } finally {
    store.dispose();
  }
}

async function measureRun(
  file: string,
  path: string,
  run: ModelRun,
  input: CheckpointsInput,
  context: OperationContext<never>,
): Promise<Checkpoint> {
  const { progress, cancellation } = context;
  const { model } = run.opened;
  const provenance = { version: VERSION, parameters: {}, seed: 0 };
  const parameters = timelineParameters(input);
  const warnings: Warning[] = [];
  /** A part that is not to be had does not take the others with it. */
  const orWarning = async <Result>(
    what: string,
    measure: () => Result | Promise<Result>,
  ): Promise<Result | undefined> => {
    try {
      return await measure();
    } catch (error) {
      if (!(error instanceof Fault) || isCancelled(error)) throw error;
      warnings.push({ code: error.code, message: `${what}: ${error.message}` });
      return undefined;
    }
  };
  const inspected = await inspect(
    { ...input, model: path, parameters },
    {
      ...context,
      progress: subProgress(progress, 0, 0.9),
    },
  );
  const weights = await orWarning<WeightsResult>('No neural persistence', () =>
    weightsOf(model, provenance, cancellation),
  );
  const collapse =
    run.data.labels === undefined
      ? undefined
      : await orWarning<CollapseResult>('No neural collapse', () =>
          collapseOf(
            {
              model,
              modelName: file,
              labels: labelsOf(run),
              layer: undefined,
              sample: new Random(parameters.seed, 'rows').sample(run.data.data.rows, parameters.points),
              warnings: [],
              provenance,
              capture: request => run.capture({ ...request, seed: parameters.seed, maxPoints: parameters.points }),
            },
            { cancellation, progress: subProgress(progress, 0.9, 1) },
          ),
        );
  return checkpointOf(
    {
      file,
      sha256: modelHash(run.opened, cancellation),
      network: model.layers,
      featureLayer: classifierOf(model)?.features[0],
      inspected,
      weights,
      collapse,
      warnings,
    },
    cancellation,
  );
}

async function inspect(
  input: Parameters<typeof inspectSubject>[0],
  context: OperationContext<never>,
): Promise<InspectResult> {
  const store = new DisposableStore();
  try {
    return await inspectModel(inspectSubject(input, context, store), context);
  } finally {
    store.dispose();
  }
}

/** Of weights that cannot be run; why they cannot is the fault where they have no dense layers either. */
function weightsAlone(
  missing: Fault,
  measure: () => WeightsResult,
): { readonly weights: WeightsResult; readonly warnings: readonly Warning[] } {
  try {
    return { weights: measure(), warnings: [{ code: missing.code, message: missing.message }] };
  } catch (error) {
    if (error instanceof Fault && error.code === 'empty') throw missing;
    throw error;
  }
}

/** Equal keys, equal numbers: of the same file under another name, too. */
function entryKey({ opened, data, others }: ModelRun, input: CheckpointsInput): CacheKey {
  return {
    what: 'checkpoint',
    version: [VERSION, ENTRY_VERSION],
    model: modelHash(opened),
    answer: opened.model.assumption?.answer ?? null,
    data: data.sha256,
    part: data.data.name.split('#')[1] ?? '',
    rowShape: data.data.rowShape,
    treatment: data.data.treatment,
    scale: input.scale ?? null,
    dropped: data.data.dropped.length,
    vocabulary: data.vocabulary?.sha256 ?? '',
    labels: data.labels && {
      sha256: data.labels.sha256,
      part: data.labels.labels.part ?? '',
      classes: data.labels.labels.classes,
    },
    others: [...others].map(([name, one]) => [name, one.sha256, one.data.name.split('#')[1] ?? '', one.data.treatment]),
    parameters: timelineParameters(input),
  };
}

/** Entries are ours and have a checksum: this tells one from something else. */
function isCheckpoint(value: unknown): value is Checkpoint {
  return typeof value === 'object' && value !== null && 'sha256' in value && 'layers' in value && 'collapse' in value;
}
