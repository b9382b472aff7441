/** Which files are ours, by their names. The manifest's `when` clauses say the same, and a test compares the two. */
export const MODEL_EXTENSIONS = ['.onnx'] as const;
/** Weights that a person's own Python can put into the class they came from. */
export const WEIGHTS_EXTENSIONS = ['.pt', '.pth', '.safetensors'] as const;
export const DATA_EXTENSIONS = ['.npy', '.npz', '.csv'] as const;

export function hasExtension(path: string, extensions: readonly string[]): boolean {
  const lower = path.toLowerCase();
  return extensions.some(extension => lower.endsWith(extension));
}

/** A glob for all files with one of these extensions, in either case. */
export function globOf(extensions: readonly string[]): string {
  const eitherCase = (extension: string) =>
    [...extension.slice(1)].map(letter => `[${letter.toLowerCase()}${letter.toUpperCase()}]`).join('');
  const patterns = extensions.map(eitherCase);
  return patterns.length === 1 ? `**/*.${patterns[0]!}` : `**/*.{${patterns.join(',')}}`;
}
