import type { ActivationsResult } from '../../analyses/activations';
import { chooseLayers } from '../../analyses/chooseLayers';
import { DisposableStore } from '../../base/lifecycle';
import { Fault, type Warning } from '../../base/fault';
import { writeNpz } from '../../data/writeNpz';
import type { Capture } from '../../probes/capture';
import { attentionLayers } from '../../probes/attention/attentionLayers';
import { outputLayers } from '../../probes/outputLayers';
import { blaming } from '../blaming';
import { captureRows } from '../captureRows';
import { dataTarget } from '../dataTarget';
import { dataProvenance } from '../dataProvenance';
import { openDataFile } from '../openFiles';
import { namedAsInput, openOtherInputs, otherReferences, rowsOfInputs } from '../otherInputs';
import { modelHash, openModelFile } from '../openModelFile';
import type { OperationContext } from '../operationContext';
import type { ActivationsInput } from '../operationTypes';
import { checkOutput, writeWhole } from '../outputFile';
import { VERSION } from '../version';

/** Activations as they are, all positions of them, of all rows. */
export async function activations(
  input: ActivationsInput,
  context: OperationContext<never>,
): Promise<ActivationsResult> {
  const store = new DisposableStore();
  try {
    checkOutput(input.out, input.force ?? false);
    const opened = openModelFile(input.model, store);
    if (opened.model.missing !== undefined) throw opened.model.missing.fault.at(input.model);
    const layers = blaming(input.model, () =>
      chooseLayers(
        opened.model.layers,
        input.layers,
        [...outputLayers(opened.model), ...attentionLayers(opened.model, input.layers)],
        opened.model.innerLayers,
      ),
    ).map(layer => layer.name);
    const reference = namedAsInput(opened, input.data, input.inputs, store);
    const references = otherReferences(opened, reference, input.inputs, store);
    const others = openOtherInputs(opened, references, input, store, context);
    const target = dataTarget(opened, { given: [...references.keys()] });
    const data = openDataFile(reference, undefined, input, store, context, target);
    const capture = await captureRows(opened, data.data, input.data, {
      layers,
      reduction: 'flatten',
      otherInputs: rowsOfInputs(others),
      runtimePath: context.runtimePath,
      acceleratorFolders: context.acceleratorFolders,
      cancellation: context.cancellation,
      progress: context.progress,
    });
    const [failure] = capture.failures;
    // A layer that is asked for is owed; of all of them those are left out that have no finite row each, such as a mask of -inf.
    if (failure !== undefined && (input.layers !== undefined || capture.layers.length === 0))
      throw Fault.fromData(failure.fault).at(input.model);
    const arrays = capture.layers.map(({ name, shape, count, values }) => ({ name, shape: [count, ...shape], values }));
    context.progress(0.95, `writing ${input.out}`);
    writeWhole(input.out, writeNpz(arrays));
    return {
      layers: arrays.map(({ name, shape }) => ({ name, shape })),
      out: input.out,
      warnings: [...opened.model.warnings, ...data.data.warnings, ...capture.warnings, ...leftOut(capture)],
      provenance: {
        version: VERSION,
        model: { name: input.model, sha256: modelHash(opened, context.cancellation) },
        ...dataProvenance(data, others),
        parameters: { layers: input.layers ?? null },
        seed: 0,
        libraries: { [capture.runtime.name]: capture.runtime.version },
      },
    };
  } finally {
    store.dispose();
  }
}

function leftOut({ failures }: Capture): Warning[] {
  return failures.map(({ fault }) => ({ code: fault.code, message: `${fault.message} It is left out.` }));
}
