import path from 'node:path';

/** What a file is drawn as, by its name: each kind has its picture, in media/icons. */
export type FileIcon = 'onnx' | 'pytorch' | 'safetensors' | 'keras' | 'tensorflow' | 'gguf' | 'arrays' | 'table';

const BY_NAME: Readonly<Record<string, FileIcon>> = {
  'model.json': 'tensorflow',
  'saved_model.pb': 'tensorflow',
  'pytorch_model.bin': 'pytorch',
  'model.safetensors.index.json': 'safetensors',
};

const BY_ENDING: Readonly<Record<string, FileIcon>> = {
  '.onnx': 'onnx',
  '.pt': 'pytorch',
  '.pth': 'pytorch',
  '.ckpt': 'pytorch',
  '.safetensors': 'safetensors',
  '.h5': 'keras',
  '.hdf5': 'keras',
  '.keras': 'keras',
  '.gguf': 'gguf',
  '.npy': 'arrays',
  '.npz': 'arrays',
  '.csv': 'table',
  '.tsv': 'table',
  '.jsonl': 'table',
  '.parquet': 'table',
};

/** The kind of a file by its name; `undefined` for files that are none of ours. */
export function fileIcon(file: string): FileIcon | undefined {
  const name = path.basename(file).toLowerCase();
  return BY_NAME[name] ?? BY_ENDING[path.extname(name)];
}
