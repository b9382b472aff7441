/** A file, and the array or column in it that is meant. */
export interface DataReference {
  readonly file: string;
  readonly part: string | undefined;
}

/**
 * Cuts `file.npz#array` at its last `#`. Names of files may have one too: where `exists` says that the whole text is a file, it is.
 */
export function parseDataReference(text: string, exists: (file: string) => boolean): DataReference {
  const cut = text.lastIndexOf('#');
  if (cut <= 0 || cut === text.length - 1 || exists(text)) return { file: text, part: undefined };
  return { file: text.slice(0, cut), part: text.slice(cut + 1) };
}
