import type { LevelSetResult } from '../../analyses/measures';
import { DisposableStore } from '../../base/lifecycle';
import { levelSetBetti } from '../../topology/levelSet';
import { openGrid } from '../gridFile';
import { memoryLimit } from '../memoryLimit';
import type { LevelSetInput } from '../measureTypes';
import { blaming } from '../blaming';
import type { OperationContext } from '../operationContext';
import { VERSION } from '../version';

export function levelset({ grid, level, seed }: LevelSetInput, context: OperationContext<never>): LevelSetResult {
  const store = new DisposableStore();
  try {
    const { shape, values, warnings, file } = openGrid(grid, store, context);
    const betti = blaming(grid, () => levelSetBetti(shape, values, level, context.cancellation, memoryLimit()));
    return {
      shape,
      ...betti,
      warnings,
      provenance: { version: VERSION, data: file, parameters: { level }, seed },
    };
  } finally {
    store.dispose();
  }
}
