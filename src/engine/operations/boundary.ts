import path from 'node:path';
import { boundaryOf, type BoundaryResult } from '../../analyses/boundary/boundary';
import { inputAt, laySlice } from '../../analyses/boundary/slice';
import { Fault, type Warning } from '../../base/fault';
import { DisposableStore } from '../../base/lifecycle';
import { product } from '../../probes/fitInput';
import { mainInput } from '../../probes/followingInputs';
import { NetworkScores } from '../../probes/networkScores';
import { blamingLater } from '../blaming';
import type { BoundaryInput } from '../boundaryTypes';
import { dataProvenance } from '../dataProvenance';
import { dataTarget } from '../dataTarget';
import { openDataFile } from '../openFiles';
import { modelHash, openModelFile, type OpenModel } from '../openModelFile';
import type { OperationContext } from '../operationContext';
import { VERSION } from '../version';

const CHOSEN_BOX: Warning = {
  code: 'box',
  message: 'Without data the box is −3 to 3 along each axis, whatever the inputs are: name it with --box.',
};

export async function boundary(input: BoundaryInput, context: OperationContext<never>): Promise<BoundaryResult> {
  const store = new DisposableStore();
  const { cancellation } = context;
  try {
    context.progress(0, 'reading the model and the data');
    const opened = openModelFile(input.model, store, input.answer);
    const { model } = opened;
    if (model.missing !== undefined) throw model.missing.fault.at(input.model);
    const data =
      input.data === undefined
        ? undefined
        : openDataFile(input.data, input.labels, input, store, context, dataTarget(opened));
    const rowShape = data?.data.rowShape ?? inputShape(opened);
    const { side, dimensions, box } = input;
    const slice = laySlice(input.slice, dimensions, product(rowShape), data?.data, box, cancellation);
    return await blamingLater(input.model, async () => {
      const points = {
        rows: side ** dimensions,
        rowShape,
        values: new Float32Array(0),
        readRow: (vertex: number, target: Float32Array | Float64Array, at: number) =>
          inputAt(slice, side, vertex, target, at),
      };
      const runtime = {
        folder: path.dirname(context.runtimePath),
        acceleratorFolders: context.acceleratorFolders,
      };
      const scores = await NetworkScores.open(model, points, { runtime, cancellation });
      try {
        return await boundaryOf(
          {
            slice,
            side,
            scores,
            classNames: model.classNames,
            positive: input.positive,
            isWhole: input.whole === true,
            data: data?.data,
            labels: data?.labels?.labels,
            warnings: [
              ...model.warnings,
              ...(data?.data.warnings ?? []),
              ...(data === undefined && box === undefined ? [CHOSEN_BOX] : []),
            ],
            provenance: {
              version: VERSION,
              model: { name: input.model, sha256: modelHash(opened, cancellation) },
              ...(data === undefined ? {} : dataProvenance(data)),
              parameters: {
                plane: planeText(input.slice),
                dimensions,
                box: box?.join(',') ?? null,
                grid: side,
                class: input.positive ?? null,
                whole: input.whole === true,
              },
              seed: input.seed,
            },
          },
          context,
        );
      } finally {
        await scores.dispose();
      }
    });
  } finally {
    store.dispose();
  }
}

function inputShape({ model, name }: OpenModel): readonly number[] {
  const shape = mainInput(model.inputs)?.shape?.slice(1);
  if (shape?.every(length => length !== null) === true) return shape.map(length => length ?? 1);
  throw new Fault('usage', 'The model does not say how many values its input has.', {
    hint: 'Give rows of that many with --data.',
    source: name,
  });
}

function planeText(slice: BoundaryInput['slice']): string | null {
  switch (slice?.kind) {
    case undefined:
      return null;
    case 'pca':
      return 'pca';
    case 'axes':
      return slice.axes.join(',');
    case 'rows':
      return `rows ${slice.rows.join(',')}`;
  }
}
