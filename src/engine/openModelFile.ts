import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { Cancellation } from '../base/cancellation';
import { Fault } from '../base/fault';
import type { DisposableStore } from '../base/lifecycle';
import { openModel } from '../models/formats';
import type { ChainAnswer } from '../models/layerList/chain';
import type { Model } from '../models/model';
import { contentHash, FileSiblings, FileSource } from './files';
import { blaming } from './blaming';

/** A model's file, open, with what may be opened beside it. */
export interface OpenModel {
  readonly model: Model;
  readonly source: FileSource;
  readonly siblings: FileSiblings;
  /** As given. */
  readonly name: string;
}

/** The files that a model's folder is opened by: of TensorFlow.js, and of TensorFlow's SavedModel. */
const FOLDER_FILES = ['model.json', 'saved_model.pb'];

/** Opens a model by its file, or by the folder that it is; `answer` says of weights that are a chain what is not in their file. */
export function openModelFile(given: string, store: DisposableStore, answer?: ChainAnswer): OpenModel {
  return blaming(given, () => {
    const file = fileOf(given);
    const source = store.add(FileSource.open(file, given));
    const siblings = store.add(new FileSiblings(file));
    return { model: openModel(source, siblings, answer), source, siblings, name: given };
  });
}

function fileOf(given: string): string {
  if (fs.statSync(given, { throwIfNoEntry: false })?.isDirectory() !== true) return given;
  const found = FOLDER_FILES.map(name => path.join(given, name)).find(file => fs.existsSync(file));
  if (found !== undefined) return found;
  throw new Fault('not-a-model', `The folder holds no ${FOLDER_FILES.join(' and no ')}.`, {
    hint: 'Name a model file, or the folder of a TensorFlow.js model or a SavedModel.',
    source: given,
  });
}

/** sha256 of a model: of its file, and of those beside it that it opened, where it spreads over several. */
export function modelHash({ source, siblings }: OpenModel, cancellation?: Cancellation): string {
  const own = contentHash(source, cancellation);
  if (siblings.sources.length === 0) return own;
  const hash = createHash('sha256').update(own);
  for (const sibling of siblings.sources) hash.update(sibling.name).update(contentHash(sibling, cancellation));
  return hash.digest('hex');
}
