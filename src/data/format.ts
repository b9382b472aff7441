import type { NumericArray } from '../base/array';
import type { ByteSource } from '../base/bytes';
import type { Warning } from '../base/fault';
import type { FolderSource } from '../base/folder';
import type { DataDescription, DataOptions, DataSet, InputTarget, LabelOptions } from './dataSet';
import type { RawLabels } from './labels';

/** An array as a format reads it. */
export interface FormatArray extends NumericArray {
  /** The part that was read, where the file has several. */
  readonly part: string | undefined;
  /** Names along the last axis. */
  readonly columns: readonly string[] | undefined;
  readonly warnings: readonly Warning[];
  /** What brings values of this format to 0–1, where that is what they stand for: 1/255 of the bytes of images. Not applied yet. */
  readonly naturalScale: number | undefined;
}

/** Rows that are finite and scaled already; those with `readRow` are read when they are asked for. */
export interface RowsOnDemand extends Pick<
  DataSet,
  'rows' | 'rowShape' | 'type' | 'columns' | 'treatment' | 'warnings' | 'readRow' | 'lengths' | 'texts'
> {
  /** All of them. */
  readonly values: () => Float32Array | Float64Array;
}

/** What a format makes of its source: a file, or a folder. */
interface Reading<Source> {
  readonly name: string;
  readLabels(source: Source, options: LabelOptions): { readonly raw: RawLabels; readonly part: string | undefined };
  /** `target` is the network that it is for, where what is done depends on that. */
  describe(source: Source, target?: InputTarget): DataDescription;
}

/** One way to store data in a file. A format is known by its content, never by the name of the file. */
export interface DataFormat extends Reading<ByteSource> {
  /** `head` is the first 4 KiB, or all there is. */
  matches(head: Uint8Array): boolean;
  readArray(source: ByteSource, options: DataOptions): FormatArray;
  /** Of formats whose rows need not be read at once, or are no numbers as they lie there; `undefined` where these are. */
  openRows?(source: ByteSource, options: DataOptions): RowsOnDemand | undefined;
}

/** One way to store data in a folder. */
export interface FolderFormat extends Reading<FolderSource> {
  matches(folder: FolderSource): boolean;
  openRows(folder: FolderSource, options: DataOptions): RowsOnDemand;
}
