import { DisposableStore } from '../../base/lifecycle';
import { previewLayout, previewRow } from '../../data/preview';
import type { InputPreview } from '../../protocol/panel';
import { dataTarget } from '../dataTarget';
import { mainInput } from '../../probes/followingInputs';
import { openDataFile } from '../openFiles';
import { openModelFile } from '../openModelFile';
import type { OperationContext } from '../operationContext';
import type { InputsInput } from '../operationTypes';

export function inputs(input: InputsInput, context: OperationContext<never>): readonly InputPreview[] {
  const store = new DisposableStore();
  try {
    const opened = input.model === undefined ? undefined : openModelFile(input.model, store, input.answer);
    const { data, labels } = openDataFile(
      input.data,
      input.labels,
      input,
      store,
      context,
      opened && dataTarget(opened, { given: Object.keys(input.inputs ?? {}) }),
    );
    const layout = previewLayout(data, opened && mainInput(opened.model.inputs)?.shape?.slice(1));
    return input.rows.map(row => {
      const label = labels?.labels.classes[labels.labels.values[row]!];
      return { ...previewRow(data, row, layout), ...(label === undefined ? {} : { label }) };
    });
  } finally {
    store.dispose();
  }
}
