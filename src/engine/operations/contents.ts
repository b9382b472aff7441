import fs from 'node:fs';
import path from 'node:path';
import { DisposableStore } from '../../base/lifecycle';
import { Fault } from '../../base/fault';
import { isDataName, isLabelName } from '../../data/npz';
import { blaming } from '../blaming';
import { openModelFile } from '../openModelFile';
import type { OperationContext } from '../operationContext';
import type { FileContents } from '../operationTypes';
import { openStoredLayers, type StoredLayers } from '../storedLayers';

/**
 * What a file or folder that was clicked is: by its content, from headers alone. An .npz may be activations or data, a .safetensors
 * activations or weights; where the content leaves that open, `open` says what else it may be. Throws `not-a-model` for a folder of
 * something else, and what the readers throw.
 */
export function contents({ file }: { readonly file: string }, context: OperationContext<never>): FileContents {
  const store = new DisposableStore();
  try {
    const stored = blaming(file, () => arraysOf(file, store, context));
    if (stored === undefined) {
      if (isFolder(file)) openModelFile(file, store);
      return { kind: 'model', open: [], labels: [], arrays: [] };
    }
    if (stored === 'uneven') return { kind: 'data', open: [], labels: [], arrays: [] };
    const { rows, layers, labels } = stored;
    const arrays = layers.map(({ name, rowShape }) => ({ name, shape: [rows, ...rowShape] }));
    const references = labels.filter(one => one.rows === rows).map(one => one.reference);
    return { ...judge(file, stored), labels: references, arrays };
  } finally {
    store.dispose();
  }
}

/** Arrays that do not have the same rows are `uneven`, such as those for training beside those for tests. */
function arraysOf(
  file: string,
  store: DisposableStore,
  { cancellation }: OperationContext<never>,
): StoredLayers | 'uneven' | undefined {
  try {
    return openStoredLayers(file, store, cancellation);
  } catch (error) {
    const uneven = error instanceof Fault && (error.code === 'shape-mismatch' || error.code === 'empty');
    if (uneven && path.extname(file).toLowerCase() === '.npz') return 'uneven';
    throw error;
  }
}

/** Names that people give to what a network reads, beside those that readers of data look for. */
const INPUT_NAME =
  /^(x|y|data|inputs?|images?|features?|samples?|texts?|input_ids|attention_mask|token_type_ids|train|test)([_-]?(train|test|val|valid|eval|holdout))?$/i;

function judge(file: string, { layers, rows }: StoredLayers): Pick<FileContents, 'kind' | 'open'> {
  if (isFolder(file)) return { kind: 'activations', open: [] };
  if (path.extname(file).toLowerCase() === '.safetensors') {
    // Matrices that could be multiplied one after the other may as well be weights that somebody named in their own way.
    const chained = layers.length === 1 || layers.some(({ rowShape }) => rowShape.includes(rows));
    return { kind: 'activations', open: chained ? ['model'] : [] };
  }
  const inputs = layers.filter(({ name }) => isDataName(name) || isLabelName(name) || INPUT_NAME.test(name)).length;
  if (inputs === layers.length) return { kind: 'data', open: [] };
  const columns = layers.every(({ rowShape }) => rowShape.every(size => size === 1));
  if (columns) return { kind: 'data', open: ['activations'] };
  return { kind: 'activations', open: layers.length === 1 || inputs > 0 ? ['data'] : [] };
}

function isFolder(file: string): boolean {
  return fs.statSync(file, { throwIfNoEntry: false })?.isDirectory() === true;
}
