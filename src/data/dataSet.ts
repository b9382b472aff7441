import type { ElementType } from '../base/array';
import type { Cancellation } from '../base/cancellation';
import type { Warning } from '../base/fault';
import type { DataFormat } from './format';
import type { PixelChoice, PixelValues } from './images/pixelValues';
import type { Decode } from './images/pixels';
import type { Tokenizer, TokenizerChoice, TokenizerFiles } from './text/tokenizer';

/** Rows of numbers, as read from a file. */
export interface DataSet {
  /** As the user gave it. */
  readonly name: string;
  readonly rows: number;
  /** Shape of one row: [64], [1, 8, 8]. */
  readonly rowShape: readonly number[];
  /** rows × the product of rowShape, in C order. Where there is `readRow`, asking for it reads all rows at once. */
  readonly values: Float32Array | Float64Array;
  /** Writes one row into `target` from `at` on: of data that is read a row at a time, such as a folder of images. */
  readonly readRow?: (row: number, target: Float32Array | Float64Array, at: number) => void;
  /** Of texts: how many tokens of each row are its own, the others being padding. */
  readonly lengths?: Uint32Array;
  /** Of texts: what the tokens stand for, a text a row. */
  readonly texts?: readonly string[];
  /** Element type in the file. */
  readonly type: ElementType;
  /** Names of the columns, where the file has them. */
  readonly columns: readonly string[] | undefined;
  /** What was done to the values, as a sentence part ("taken as they are", "scaled to 0–1"). */
  readonly treatment: string;
  /** Rows of the file that were left out, such as those that are not finite, ascending. */
  readonly dropped: readonly number[];
  readonly warnings: readonly Warning[];
}

/** One class a row. */
export interface Labels {
  readonly name: string;
  /** Index into `classes`, a row each. */
  readonly values: Int32Array;
  readonly classes: readonly string[];
  /** Whether the file held integers, which may stand for a network's outputs as they are. */
  readonly integers?: boolean;
  /** The column or array that was read, where the file has several: what `without` of the data takes. */
  readonly part?: string;
}

/** What a network takes, as far as it decides how data is read. */
export interface InputTarget {
  /** With the batch first; `null` for a free dimension, `undefined` where the rank is not known. */
  readonly shape: readonly (number | null)[] | undefined;
  /** numpy's name. */
  readonly type: string;
  /** Whether the network's own kind puts channels last, where its shape does not say. */
  readonly channelsLast?: boolean;
  /** Where it is known which values stand for pixels. */
  readonly pixels?: PixelValues;
}

/** What is too large to be loaded with every reader. A format that needs what is not given is refused. */
export interface DataLibraries {
  readonly decodeJpeg: Decode;
  readonly openTokenizer: (files: TokenizerFiles) => Tokenizer;
  /** Formats beyond those that every reader knows. */
  readonly formats: readonly DataFormat[];
}

/** How rows of numbers are read from a file. */
export interface DataOptions {
  /** What follows `#` in the reference: an array of an .npz, a column of a table. */
  readonly part?: string | undefined;
  /** Columns of a table, or arrays of an .npz, that serve as labels and are no part of the data. */
  readonly without?: readonly string[] | undefined;
  /** Leaves rows that are not finite out, and says so, rather than refuse the file. */
  readonly dropNotFinite?: boolean | undefined;
  /** Multiplies every value. */
  readonly scale?: number | undefined;
  /** Which values stand for the pixels of images, whatever the network says. */
  readonly pixels?: PixelChoice | undefined;
  /** The input that the rows are for: images take their size from it. */
  readonly target?: InputTarget | undefined;
  readonly libraries?: DataLibraries | undefined;
  /** Makes tokens of texts; without it texts are no data. */
  readonly tokenizer?: TokenizerChoice | undefined;
  readonly cancellation?: Cancellation | undefined;
}

/** How labels are read from a file. */
export interface LabelOptions {
  /** What follows `#` in the reference; without it the only one, or the one called like a label. */
  readonly part?: string | undefined;
  /** The classes in the order of the network's outputs; sorted where undefined. */
  readonly classes?: readonly string[] | undefined;
  /** The network's own names of its outputs: taken for `classes` where every label is one of them, else of no account. */
  readonly modelClasses?: readonly string[] | undefined;
  readonly libraries?: DataLibraries | undefined;
  readonly cancellation?: Cancellation | undefined;
}

/** What a cheap look at a file tells, without reading its values. */
export interface DataDescription {
  readonly format: string;
  /** What can be opened as rows of numbers; best first. */
  readonly choices: readonly DataChoice[];
  /** Parts that look like labels, best first: a text column, a column called `label`, an integer array of one value a row. */
  readonly labels: readonly string[];
  /** Every array of an .npz; the array of an .npy under the name ''. */
  readonly arrays: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly type: ElementType | undefined;
  }[];
  /** Columns of a table, from its first lines. */
  readonly columns: readonly { readonly name: string; readonly kind: 'number' | 'text' }[] | undefined;
}

/** One way to open a file as data. */
export interface DataChoice {
  readonly part: string | undefined;
  readonly without: readonly string[];
  /** Estimated from the file's size where `rowsExact` is false. */
  readonly rows: number;
  readonly rowsExact: boolean;
  readonly rowShape: readonly number[];
  readonly type: ElementType;
  /** Whether rows are brought to the size that a network takes, as images are. */
  readonly resizable?: boolean;
  /** What is done to images for the network that was asked about, as a sentence part. */
  readonly treatment?: string;
  /** Whether rows are texts, for a network that takes tokens. */
  readonly texts?: boolean;
}
