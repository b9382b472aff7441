import { Fault } from '../base/fault';
import type { DisposableStore } from '../base/lifecycle';
import type { Capture, CaptureOptions } from '../probes/capture';
import { captureRows } from './captureRows';
import { dataTarget } from './dataTarget';
import { openDataFile, type OpenData } from './openFiles';
import { openModelFile, type OpenModel } from './openModelFile';
import type { OperationContext } from './operationContext';
import type { Answered, DataReading } from './operationTypes';
import { openOtherInputs, otherReferences, rowsOfInputs, type OtherInputs } from './otherInputs';

/** A model, and the rows that it is run on. */
export interface ModelRun {
  readonly opened: OpenModel;
  readonly data: OpenData;
  readonly others: OtherInputs;
  capture(options: Omit<CaptureOptions, 'runtime' | 'otherInputs' | 'cancellation'>): Promise<Capture>;
}

/** Opens a model and data for it. Throws what the readers throw, and what is missing of weights without their program. */
export function openRun(
  input: DataReading & Answered & { readonly model: string; readonly data: string; readonly labels?: string },
  context: OperationContext<unknown>,
  store: DisposableStore,
): ModelRun {
  const opened = openModelFile(input.model, store, input.answer);
  // Before any data is read for it.
  if (opened.model.missing !== undefined) throw opened.model.missing.fault.at(input.model);
  const references = otherReferences(opened, input.data, input.inputs, store);
  const target = dataTarget(opened, { given: [...references.keys()] });
  const data = openDataFile(input.data, input.labels, input, store, context, target);
  const others = openOtherInputs(opened, references, input, store, context);
  return {
    opened,
    data,
    others,
    capture: options =>
      captureRows(opened, data.data, input.data, {
        ...options,
        otherInputs: rowsOfInputs(others),
        runtimePath: context.runtimePath,
        acceleratorFolders: context.acceleratorFolders,
        cancellation: context.cancellation,
      }),
  };
}

/** The labels that a run was given. */
export function labelsOf({ data }: ModelRun): NonNullable<OpenData['labels']>['labels'] {
  if (data.labels === undefined)
    throw new Fault('usage', 'There are no labels, so no row has a class.', {
      hint: 'Name a class for each row with --labels.',
      source: '--labels',
    });
  return data.labels.labels;
}
