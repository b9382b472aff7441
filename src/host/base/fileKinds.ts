import path from 'node:path';

/** Which files are ours, by their names. The manifest's `when` clauses say the same, and a test compares the two. */
export interface FileKind {
  /** With the dot, in lower case. */
  readonly extensions: readonly string[];
  /** Whole names of files whose extension says too little. */
  readonly names: readonly string[];
}

export const MODEL_FILES: FileKind = {
  extensions: ['.onnx', '.pt', '.pth', '.ckpt', '.safetensors', '.h5', '.hdf5', '.keras', '.gguf'],
  names: ['model.json', 'saved_model.pb', 'pytorch_model.bin', 'model.safetensors.index.json'],
};
/** Models, and archives of arrays, which may be saved activations: their content says so. */
export const INSPECTED_FILES: FileKind = { ...MODEL_FILES, extensions: [...MODEL_FILES.extensions, '.npz'] };
/** What tells a folder that can be inspected: arrays, one a layer, or TensorFlow's SavedModel. */
export const FOLDER_MARKS: FileKind = { extensions: ['.npy'], names: ['saved_model.pb'] };
/** Weights that a person's own Python can put into the class they came from. */
export const WEIGHTS_FILES: FileKind = {
  extensions: ['.pt', '.pth', '.ckpt', '.safetensors'],
  names: ['pytorch_model.bin'],
};
/** Files that may hold weights without the program that uses them. */
export const PROGRAMLESS_FILES: FileKind = {
  extensions: [...WEIGHTS_FILES.extensions, '.h5', '.hdf5'],
  names: [...WEIGHTS_FILES.names, 'model.safetensors.index.json'],
};
export const DATA_FILES: FileKind = { extensions: ['.npy', '.npz', '.csv', '.tsv', '.jsonl', '.parquet'], names: [] };
export const IMAGE_FILES: FileKind = { extensions: ['.png', '.jpg', '.jpeg'], names: [] };
/** Vocabularies of networks that take texts. */
export const TOKENIZER_FILES: FileKind = { extensions: [], names: ['tokenizer.json', 'vocab.txt'] };
export const PYTHON_FILES: FileKind = { extensions: ['.py'], names: [] };
/** Sources whose layers are found. */
export const SOURCE_FILES: FileKind = {
  extensions: ['.py', '.ts', '.mts', '.cts', '.tsx', '.js', '.mjs', '.cjs', '.jsx'],
  names: [],
};

export function isOfKind(file: string, { extensions, names }: FileKind): boolean {
  const name = path.basename(file).toLowerCase();
  return names.includes(name) || extensions.some(extension => name.endsWith(extension));
}

/** A glob for all files of a kind, in either case. */
export function globOf({ extensions, names }: FileKind): string {
  const endings = extensions.map(extension => `**/*.${eitherCase(extension.slice(1))}`);
  const patterns = [...endings, ...names.map(name => `**/${eitherCase(name)}`)];
  return patterns.length === 1 ? patterns[0]! : `{${patterns.join(',')}}`;
}

/** The regular expression that a `when` clause holds a file's name against. */
export function patternOf({ extensions, names }: FileKind): string {
  const plain = (text: string) => text.replaceAll('.', '\\.');
  const ending = `\\.(${extensions.map(extension => plain(extension.slice(1))).join('|')})$`;
  return names.length === 0 ? ending : `${ending}|^(${names.map(plain).join('|')})$`;
}

/** Extensions as a dialog's filter takes them. */
export function filterOf({ extensions, names }: FileKind): string[] {
  const more = names.map(name => path.extname(name).slice(1));
  return [...new Set([...extensions.map(extension => extension.slice(1)), ...more])];
}

function eitherCase(text: string): string {
  return text.replace(/[a-z]/g, letter => `[${letter}${letter.toUpperCase()}]`);
}
