import path from 'node:path';
import type { Cancellation } from '../base/cancellation';
import type { DisposableStore } from '../base/lifecycle';
import { openData, openLabels } from '../data/openData';
import type { DataLibraries, DataSet, InputTarget, Labels } from '../data/dataSet';
import { alignLabels } from '../data/labels';
import { parseDataReference } from '../data/reference';
import { blaming } from './blaming';
import { contentHash, FileSource, fileExists } from './files';
import { FolderFiles } from './folderFiles';
import { findTokenizer } from './tokenizerFiles';
import type { DataReading } from './operationTypes';
import type { RememberedData } from './rememberedData';

export interface OpenData {
  readonly data: DataSet;
  /** The file that made tokens of texts. */
  readonly vocabulary: { readonly name: string; readonly sha256: string } | undefined;
  /** Of the whole file, in hexadecimal. */
  readonly sha256: string;
  readonly labels: { readonly labels: Labels; readonly sha256: string } | undefined;
}

/** What reading takes beside the file: an operation's context has it. */
export interface ReadContext {
  readonly cancellation: Cancellation;
  readonly libraries?: DataLibraries | undefined;
  /** Where data stays open for the next model. */
  readonly remembered?: RememberedData | undefined;
}

/** The network that data is read for. */
export interface DataTarget {
  readonly input: InputTarget | undefined;
  readonly classNames: readonly string[] | undefined;
  /** Where the network's own files lie, such as its tokenizer. */
  readonly folder: string;
}

/** A data file or folder and, where they are given, the labels of its rows. */
export function openDataFile(
  reference: string,
  labelsReference: string | undefined,
  reading: DataReading,
  store: DisposableStore,
  context: ReadContext,
  target?: DataTarget,
): OpenData {
  const read = (into: DisposableStore) => readDataFile(reference, labelsReference, reading, into, context, target);
  if (context.remembered === undefined) return read(store);
  const { classes, scale, pixels, dropNotFinite, vocabulary } = reading;
  const key = [reference, labelsReference, { classes, scale, pixels, dropNotFinite, vocabulary }, target];
  return context.remembered.once(key, read);
}

function readDataFile(
  reference: string,
  labelsReference: string | undefined,
  reading: DataReading,
  store: DisposableStore,
  { cancellation, libraries }: ReadContext,
  target: DataTarget | undefined,
): OpenData {
  const data = openReference(reference, store);
  const labelsFile = labelsReference === undefined ? undefined : openReference(labelsReference, store);
  const labels =
    labelsFile &&
    blaming(
      labelsReference!,
      () =>
        openLabels(labelsFile.source, {
          part: labelsFile.part,
          classes: reading.classes,
          modelClasses: target?.classNames,
          libraries,
          cancellation,
        }),
      labelsFile.source.name,
    );
  // Labels that are a column of the same file are no part of the data.
  const inside = labelsFile !== undefined && sameFile(labelsFile.source, data.source);
  const labelPart = labels?.part ?? labelsFile?.part;
  const folders = [...(target === undefined ? [] : [target.folder]), path.dirname(data.source.path)];
  const tokenizer = findTokenizer(reading.vocabulary, folders, libraries, store);
  const rows = blaming(
    reference,
    () =>
      openData(data.source, {
        part: data.part,
        without: inside && labelPart !== undefined ? [labelPart] : undefined,
        dropNotFinite: reading.dropNotFinite,
        scale: reading.scale,
        pixels: reading.pixels,
        target: target?.input,
        libraries,
        tokenizer,
        cancellation,
      }),
    data.source.name,
  );
  return {
    data: rows,
    vocabulary: tokenizer.used(),
    sha256: hashOf(data.source, cancellation),
    labels: labels && {
      labels: blaming(labelsReference!, () => alignLabels(labels, rows), labels.name),
      sha256: hashOf(labelsFile.source, cancellation),
    },
  };
}

/** Opens a file, or a folder whose files are one piece of data. Throws `not-found`, `unsupported`. */
export function openReference(
  reference: string,
  store: DisposableStore,
): { readonly source: FileSource | FolderFiles; readonly part: string | undefined } {
  const { file, part } = parseDataReference(reference, fileExists);
  return blaming(reference, () => ({ source: FolderFiles.open(file) ?? store.add(FileSource.open(file)), part }), file);
}

/** sha256 of the content of a file, or of all files of a folder, in hexadecimal. */
export function hashOf(source: FileSource | FolderFiles, cancellation?: Cancellation): string {
  return source instanceof FolderFiles ? source.contentHash(cancellation) : contentHash(source, cancellation);
}

function sameFile(a: FileSource | FolderFiles, b: FileSource | FolderFiles): boolean {
  return a.identity === b.identity;
}
