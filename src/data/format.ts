import type { NumericArray } from '../base/array';
import type { ByteSource } from '../base/bytes';
import type { Warning } from '../base/fault';
import type { DataDescription, DataOptions, LabelOptions } from './dataSet';
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

/** One way to store data. A format is known by its content, never by the name of the file. */
export interface DataFormat {
  readonly name: string;
  /** `head` is the first 4 KiB, or all there is. */
  matches(head: Uint8Array): boolean;
  readArray(source: ByteSource, options: DataOptions): FormatArray;
  readLabels(source: ByteSource, options: LabelOptions): { readonly raw: RawLabels; readonly part: string | undefined };
  describe(source: ByteSource): DataDescription;
}
