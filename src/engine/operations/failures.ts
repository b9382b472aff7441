import { defaultFailureParameters, failuresOf, type FailuresResult } from '../../analyses/failures/failures';
import { DisposableStore } from '../../base/lifecycle';
import { Random } from '../../base/random';
import { blamingLater } from '../blaming';
import { dataProvenance } from '../dataProvenance';
import type { FailuresInput } from '../failureTypes';
import { modelHash } from '../openModelFile';
import type { OperationContext } from '../operationContext';
import { labelsOf, openRun } from '../openRun';
import { VERSION } from '../version';

export async function failures(input: FailuresInput, context: OperationContext<never>): Promise<FailuresResult> {
  const store = new DisposableStore();
  try {
    context.progress(0, 'reading the model and the data');
    const run = openRun(input, context, store);
    const { data, opened } = run;
    const labels = labelsOf(run);
    const parameters = { ...defaultFailureParameters, ...input.parameters };
    return await blamingLater(input.model, () =>
      failuresOf(
        {
          model: opened.model,
          modelName: input.model,
          data: data.data,
          labels,
          layer: input.layer,
          parameters,
          sample: new Random(input.seed, 'rows').sample(data.data.rows, parameters.points),
          warnings: [...opened.model.warnings, ...data.data.warnings],
          provenance: {
            version: VERSION,
            model: { name: input.model, sha256: modelHash(opened, context.cancellation) },
            ...dataProvenance(data, run.others),
            parameters: { layer: input.layer ?? null, ...parameters },
            seed: input.seed,
          },
          capture: request => run.capture({ ...request, seed: input.seed }),
        },
        context,
      ),
    );
  } finally {
    store.dispose();
  }
}
