import path from 'node:path';
import { robustnessOf } from '../../analyses/robustness/robustness';
import { defaultRobustnessParameters, type RobustnessResult } from '../../analyses/robustness/robustnessTypes';
import { DisposableStore } from '../../base/lifecycle';
import { blamingLater } from '../blaming';
import { captureRows } from '../captureRows';
import { dataProvenance } from '../dataProvenance';
import type { RobustnessInput } from '../failureTypes';
import { modelHash } from '../openModelFile';
import type { OperationContext } from '../operationContext';
import { labelsOf, openRun } from '../openRun';
import { VERSION } from '../version';

export async function robustness(input: RobustnessInput, context: OperationContext<never>): Promise<RobustnessResult> {
  const store = new DisposableStore();
  try {
    context.progress(0, 'reading the model and the data');
    const run = openRun(input, context, store);
    const { data, opened } = run;
    const labels = labelsOf(run);
    const { cancellation, runtimePath, acceleratorFolders } = context;
    const parameters = { ...defaultRobustnessParameters, ...input.parameters };
    return await blamingLater(input.model, () =>
      robustnessOf(
        {
          model: opened.model,
          modelName: input.model,
          data: data.data,
          labels,
          parameters,
          seed: input.seed,
          runtime: { folder: path.dirname(runtimePath), acceleratorFolders },
          warnings: [...opened.model.warnings, ...data.data.warnings],
          provenance: {
            version: VERSION,
            model: { name: input.model, sha256: modelHash(opened, cancellation) },
            ...dataProvenance(data, run.others),
            parameters: { ...parameters },
            seed: input.seed,
          },
          answer: rows =>
            captureRows(opened, rows, input.data, {
              layers: [],
              outputs: true,
              runtimePath,
              acceleratorFolders,
              cancellation,
            }),
        },
        context,
      ),
    );
  } finally {
    store.dispose();
  }
}
