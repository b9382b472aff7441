import type { CubicalResult } from '../../analyses/measures';
import { DisposableStore } from '../../base/lifecycle';
import { cubicalPersistence } from '../../topology/cubicalPersistence';
import { memoryLimit } from '../memoryLimit';
import { openGrid } from '../gridFile';
import type { CubicalInput } from '../measureTypes';
import { blaming } from '../blaming';
import type { OperationContext } from '../operationContext';
import { VERSION } from '../version';

export function cubical(input: CubicalInput, context: OperationContext<never>): CubicalResult {
  const { construction, superlevel, seed } = input;
  const { cancellation, progress } = context;
  const store = new DisposableStore();
  try {
    const { shape, values, warnings, file } = openGrid(input.grid, store, context);
    const diagram = blaming(input.grid, () =>
      cubicalPersistence(shape, values, {
        construction,
        superlevel,
        memoryLimitBytes: input.memoryLimitBytes ?? memoryLimit(),
        cancellation,
        progress,
      }),
    );
    return {
      shape,
      diagram,
      maxDimension: shape.length - 1,
      warnings,
      provenance: { version: VERSION, data: file, parameters: { construction, superlevel }, seed },
    };
  } finally {
    store.dispose();
  }
}
