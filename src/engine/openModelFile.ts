import type { DisposableStore } from '../base/lifecycle';
import { openModel } from '../models/formats';
import type { Model } from '../models/model';
import { FileSiblings, FileSource } from './files';
import { blaming } from './openFiles';

/** A model's file, open, with what may be opened beside it. */
export interface OpenModel {
  readonly model: Model;
  readonly source: FileSource;
  readonly siblings: FileSiblings;
  /** As given. */
  readonly name: string;
}

export function openModelFile(path: string, store: DisposableStore): OpenModel {
  return blaming(path, () => {
    const source = store.add(FileSource.open(path));
    const siblings = store.add(new FileSiblings(path));
    return { model: openModel(source, siblings), source, siblings, name: path };
  });
}
