import { ripsOfCloud, type RipsResult } from '../analyses/rips';
import { DisposableStore } from '../base/lifecycle';
import { noProgress } from '../base/progress';
import { finish } from '../base/steps';
import { ripsCrew } from '../topology/kernels/ripsKernel';
import { memoryLimit } from './memoryLimit';
import { openCloud } from './openCloud';
import { blaming } from './openFiles';
import type { RipsInput } from './operationTypes';
import { ripsProvenance } from './ripsProvenance';
import { withinBudget, type ShortOutcome, type ShortSetting } from './shortBudget';

/** Multiplications of coordinates, and points, that take some hundredths of a second; larger clouds are worth a thread of their own. */
const MOST_PRODUCTS = 1e9;
const MOST_POINTS = 2000;

/** Rips persistence of a small cloud in the thread that asks; `undefined` where a worker is to do it. */
export function shortRips(input: RipsInput, setting: ShortSetting): Promise<ShortOutcome<RipsResult> | undefined> {
  return withinBudget(setting, async budget => {
    const { parameters } = input;
    const began = performance.now();
    const store = new DisposableStore();
    try {
      const opened = openCloud(input.cloud, parameters.metric, input, store, { cancellation: budget });
      const { rows, values } = opened.data;
      if (rows > MOST_POINTS || rows * values.length > MOST_PRODUCTS) return undefined;
      await setting.pause();
      const limit = input.memoryLimitBytes ?? memoryLimit();
      const context = { cancellation: budget, progress: noProgress, crew: ripsCrew() };
      return blaming(input.cloud, () =>
        finish(ripsOfCloud(opened.data, parameters, limit, ripsProvenance(opened, parameters), began, context), budget),
      );
    } finally {
      store.dispose();
    }
  });
}
