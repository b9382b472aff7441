import { ripsOfCloud, type RipsResult } from '../analyses/rips';
import { Cancellation } from '../base/cancellation';
import { Fault } from '../base/fault';
import { DisposableStore } from '../base/lifecycle';
import { noProgress } from '../base/progress';
import type { Steps } from '../base/steps';
import { parseDataReference } from '../data/reference';
import { blaming } from './blaming';
import { faultOfDeath } from './faultOfDeath';
import { fileExists } from './files';
import { crewFor } from './helperThreads';
import { memoryLimit } from './memoryLimit';
import { openNpyCloud } from './npyCloud';
import type { RipsInput } from './operationTypes';
import { ripsProvenance } from './ripsProvenance';
import type { ShortOutcome, ShortSetting } from './shortBudget';

/** So long the thread is busy without hearing of a stop. */
const PAUSE_MILLISECONDS = 50;

/**
 * Rips persistence of an .npy file in the thread that asks: for a small cloud, starting a worker takes as long as the computation. `undefined`, at once, where
 * the file is something else by its content.
 */
export async function shortRips(
  input: RipsInput,
  setting: ShortSetting,
): Promise<ShortOutcome<RipsResult> | undefined> {
  const { parameters } = input;
  const { file } = parseDataReference(input.cloud, fileExists);
  const began = performance.now();
  const store = new DisposableStore();
  const cancellation = new Cancellation();
  try {
    const opened = openNpyCloud(file, parameters.metric, input, store, cancellation);
    if (opened === undefined) return undefined;
    const limit = input.memoryLimitBytes ?? memoryLimit();
    const crew = crewFor(opened.data, parameters.metric, setting.helpers, store);
    const context = { cancellation, progress: noProgress, crew };
    const provenance = ripsProvenance(opened, parameters);
    const steps = ripsOfCloud(opened.data, parameters, limit, provenance, began, context);
    return { result: await finishPausing(steps, file, setting) };
  } catch (error) {
    return { fault: (error instanceof Fault ? error : faultOfDeath(error)).toData() };
  } finally {
    store.dispose();
  }
}

async function finishPausing<Result>(
  steps: Steps<Result>,
  file: string,
  { pause, cancelled }: ShortSetting,
): Promise<Result> {
  let nextPause = 0;
  for (;;) {
    const { done, value } = blaming(file, () => steps.next());
    if (done === true) return value;
    if (performance.now() < nextPause) continue;
    await pause();
    if (cancelled()) throw new Fault('cancelled', 'The run was cancelled before it finished.');
    nextPause = performance.now() + PAUSE_MILLISECONDS;
  }
}
