import path from 'node:path';
import { DisposableStore } from '../../base/lifecycle';
import { openModelFile } from '../openModelFile';
import type { ProgramHelp } from '../operationTypes';

/** What a person can do about weights without a program: texts alone, nothing is written. A model that has its program has nothing to help with. */
export function programHelp({ model: file }: { readonly model: string }): ProgramHelp {
  const store = new DisposableStore();
  try {
    const { missing } = openModelFile(file, store).model;
    const list = missing?.layerList;
    return {
      layerList: list && { file: path.join(path.dirname(file), list.file), text: list.exists ? '' : missing.draft() },
      exportCode: missing?.exportCode() ?? '',
    };
  } finally {
    store.dispose();
  }
}
