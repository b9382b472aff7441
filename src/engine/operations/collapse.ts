import { collapseOf, type CollapseResult } from '../../analyses/collapse';
import { DisposableStore } from '../../base/lifecycle';
import { Random } from '../../base/random';
import { dataProvenance } from '../dataProvenance';
import { blamingLater } from '../blaming';
import type { CollapseInput } from '../measureTypes';
import { modelHash } from '../openModelFile';
import { labelsOf, openRun } from '../openRun';
import type { OperationContext } from '../operationContext';
import { VERSION } from '../version';

export async function collapse(input: CollapseInput, context: OperationContext<never>): Promise<CollapseResult> {
  const store = new DisposableStore();
  try {
    context.progress(0, 'reading the model and the data');
    const run = openRun(input, context, store);
    const { data, opened } = run;
    const labels = labelsOf(run);
    const points = input.points ?? 1000;
    return await blamingLater(input.model, () =>
      collapseOf(
        {
          model: opened.model,
          modelName: input.model,
          labels,
          layer: input.layer,
          sample: new Random(input.seed, 'rows').sample(data.data.rows, points),
          warnings: [...opened.model.warnings, ...data.data.warnings],
          provenance: {
            version: VERSION,
            model: { name: input.model, sha256: modelHash(opened, context.cancellation) },
            ...dataProvenance(data, run.others),
            parameters: { layer: input.layer ?? null, points },
            seed: input.seed,
          },
          capture: request => run.capture({ ...request, seed: input.seed, maxPoints: points }),
        },
        context,
      ),
    );
  } finally {
    store.dispose();
  }
}
