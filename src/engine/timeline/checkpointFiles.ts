import fs from 'node:fs/promises';
import path from 'node:path';
import { compareCheckpoints, type Dated } from '../../analyses/timeline/checkpointOrder';
import { Fault } from '../../base/fault';
import type { CheckpointPath } from '../timelineTypes';

/** A file or folder that looks like a checkpoint, as it was when it was looked at. */
export interface CheckpointFile extends CheckpointPath, Dated {
  /** Another one, another content, as far as the file system knows. */
  readonly stamp: string;
}

const EXTENSIONS = /\.(onnx|pt|pth|ckpt|safetensors|h5|hdf5|keras|gguf)$/i;
/** Names by which a folder is a model, the first of them that is there. */
const FOLDER_MODELS = [
  'saved_model.pb',
  'model.json',
  'model.onnx',
  'model.keras',
  'model.safetensors.index.json',
  'model.safetensors',
  'pytorch_model.bin',
];
const INDEX = /\.safetensors\.index\.json$/i;
const SHARD = /-\d{5}-of-\d{5}\.[a-z]+$/i;
/** What training programs write beside a model, in the same formats. */
const NOT_A_NETWORK = /(optimi[sz]er|scheduler|rng_state|training_args|trainer_state|grad_?scaler)/i;

/**
 * The checkpoints of a folder, by the last number in their names, then those without one by time. A checkpoint is a file with a model's extension, or a folder one level down that is a model or holds one under
 * its usual name. Hidden files, shards of an index, and what trainers keep beside a model are left out. Throws `not-found`, and `usage` for a file.
 */
export async function listCheckpoints(folder: string): Promise<readonly CheckpointFile[]> {
  const entries = await read(folder);
  const names = entries.map(entry => entry.name);
  const indexed = names.some(name => INDEX.test(name));
  const found: (CheckpointFile | undefined)[] = [];
  for (const name of names) {
    if (name.startsWith('.') || NOT_A_NETWORK.test(name)) continue;
    if (EXTENSIONS.test(name) ? !(indexed && SHARD.test(name)) : INDEX.test(name)) found.push(await look(folder, name));
  }
  for (const entry of entries) {
    if (entry.name.startsWith('.') || !(entry.isDirectory() || entry.isSymbolicLink())) continue;
    if (EXTENSIONS.test(entry.name)) continue;
    found.push(await lookInside(folder, entry.name));
  }
  return found.filter(one => one !== undefined).sort(compareCheckpoints);
}

/** The same of files that a person chose, whatever they are called. Those that are not there are left out. */
export async function lookAtFiles(folder: string, files: readonly string[]): Promise<readonly CheckpointFile[]> {
  const found = await Promise.all(
    files.map(async file => (await lookInside(folder, file)) ?? (await look(folder, file))),
  );
  return found.filter(one => one !== undefined).sort(compareCheckpoints);
}

async function read(folder: string) {
  try {
    return await fs.readdir(folder, { withFileTypes: true });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOTDIR')
      throw new Fault('usage', `${folder} is a file, not a folder of checkpoints.`, {
        hint: '`inspect` takes one model.',
        source: folder,
      });
    throw new Fault(
      'not-found',
      code === 'ENOENT' ? `There is no folder ${folder}.` : `The folder ${folder} cannot be read.`,
      {
        hint: 'Check the path, and who may read it.',
        source: folder,
      },
    );
  }
}

async function look(folder: string, name: string): Promise<CheckpointFile | undefined> {
  const file = path.join(folder, name);
  const stat = await fs.stat(file, { bigint: true }).catch(() => undefined);
  // What was deleted since the folder was read is no checkpoint; a link to nowhere is one that says so.
  if (stat === undefined) {
    const link = await fs.lstat(file).catch(() => undefined);
    return link && { file: name, path: file, stamp: 'no file', modified: link.mtimeMs };
  }
  const stamp = `${stat.dev}:${stat.ino}:${stat.size}:${stat.mtimeNs}`;
  return { file: name.split(path.sep).join('/'), path: file, stamp, modified: Number(stat.mtimeMs) };
}

/** A folder that is a model, with the stamps of all its files, since each of them may be written last. */
async function lookInside(folder: string, name: string): Promise<CheckpointFile | undefined> {
  const inner = path.join(folder, name);
  const names = await fs.readdir(inner).catch((): string[] => []);
  const usual = FOLDER_MODELS.find(model => names.includes(model));
  const models = names.filter(one => EXTENSIONS.test(one) && !NOT_A_NETWORK.test(one) && !one.startsWith('.'));
  const own = usual ?? (models.length === 1 ? models[0] : undefined);
  if (own === undefined) return undefined;
  // TensorFlow's models are opened by their folder.
  const isFolder = own === 'saved_model.pb' || own === 'model.json';
  const files = await Promise.all(names.map(one => look(inner, one)));
  const there = files.filter(one => one !== undefined);
  if (there.length === 0) return undefined;
  return {
    file: isFolder ? name.split(path.sep).join('/') : `${name.split(path.sep).join('/')}/${own}`,
    path: isFolder ? inner : path.join(inner, own),
    stamp: there.map(one => `${one.file} ${one.stamp}`).join('|'),
    modified: Math.max(...there.map(one => one.modified)),
  };
}
