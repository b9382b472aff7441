import type { ByteSource, Siblings } from '../base/bytes';
import { Fault } from '../base/fault';
import type { Model } from './model';

/** A file format of models: told by content, never by the file's name. */
export interface ModelFormat {
  readonly name: string;
  /** Whether the bytes look like this format, damaged or not; reads a few of them and never throws. */
  match(source: ByteSource): boolean;
  /** Throws `corrupt`, `unsupported`, `unsafe`, `too-large`, `not-found`. */
  open(source: ByteSource, siblings: Siblings): Model;
}

const FORMATS: readonly ModelFormat[] = [];

/** Reads a model of any known format. Throws `empty`, `not-a-model` and what the format's reader throws. */
export function openModel(source: ByteSource, siblings: Siblings): Model {
  if (source.size === 0) throw new Fault('empty', 'The file is empty.', { source: source.name });
  const format = FORMATS.find(candidate => candidate.match(source));
  if (format === undefined) throw new Fault('not-a-model', 'The file is not a model.', { source: source.name });
  return format.open(source, siblings);
}
