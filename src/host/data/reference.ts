import path from 'node:path';

/**
 * A file and what is meant in it, as the engine and the command line take it: `rows.npy`, `digits.npz#X`, `iris.csv#species`, or a folder of images.
 * The part after the last `#` belongs to the file only where the file's kind has parts.
 */
export interface Reference {
  readonly file: string;
  readonly part: string | undefined;
}

export function splitReference(reference: string): Reference {
  const match = /^(.*\.(?:npz|csv|tsv|jsonl|parquet|safetensors))#([^#]*)$/i.exec(reference);
  return match ? { file: match[1]!, part: match[2]! } : { file: reference, part: undefined };
}

export function joinReference(reference: Reference): string {
  return reference.part === undefined ? reference.file : `${reference.file}#${reference.part}`;
}

/** The reference as it stands in settings: relative to the folder, with `/`; files elsewhere keep their absolute path. */
export function relativeTo(folder: string, reference: string): string {
  const { file, part } = splitReference(reference);
  const relative = path.relative(folder, file);
  const outside = path.isAbsolute(relative);
  return joinReference({ file: outside ? file : relative.split(path.sep).join('/'), part });
}

/** The way back from `relativeTo`. */
export function absoluteIn(folder: string, reference: string): string {
  const { file, part } = splitReference(reference);
  return joinReference({ file: path.resolve(folder, file), part });
}

/** A reference as people recognise it: the file's name and the part. */
export function shortName(reference: string): string {
  const { file, part } = splitReference(reference);
  return joinReference({ file: path.basename(file), part });
}
