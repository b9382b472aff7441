import fs from 'node:fs';
import path from 'node:path';
import { root } from '../../../scripts/lib/folders.mjs';
import { smallGguf } from '../../models/gguf/ggufBytes';
import { f32, safetensorsBytes } from '../../models/safetensors/safetensorsBytes';
import { graphFiles, layersFiles, type TfjsFiles } from '../../models/tfjs/tfjsFiles';

/** What can be run, by the path in the folder that `writeEveryKind` fills. Folders are models too. */
export const runnable = [
  'network.h5',
  'network.keras',
  'layers/model.json',
  'graph/model.json',
  'saved_model',
  'saved_model/saved_model.pb',
  'traced.pt',
] as const;

/** What has weights and no program: it can be described. */
export const described = [
  'network.weights.h5',
  'state.pt',
  'module.pt',
  'module-legacy.pth',
  'checkpoint.pth',
  'lightning.ckpt',
  'weights.safetensors',
  'sharded/model.safetensors.index.json',
  'language.gguf',
] as const;

/** Writes a model of every kind of file that the menus are on. */
export function writeEveryKind(folder: string): void {
  const tests = path.join(root, 'test');
  const write = (name: string, content: Uint8Array | string) => {
    const file = path.join(folder, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, content);
  };
  const copy = (from: string, to: string) =>
    fs.cpSync(path.join(tests, from), path.join(folder, to), { recursive: true });
  const tfjs = (name: string, { json, shards }: TfjsFiles) => {
    write(`${name}/model.json`, JSON.stringify(json));
    for (const [shard, content] of Object.entries(shards)) write(`${name}/${shard}`, content);
  };
  fs.mkdirSync(folder, { recursive: true });
  copy('models/keras/files/res.h5', 'network.h5');
  copy('models/keras/files/noinput.keras', 'network.keras');
  copy('models/keras/files/res.weights.h5', 'network.weights.h5');
  copy('models/savedModel/files/res', 'saved_model');
  copy('fixtures/torch/script/lenet.scripted.pt', 'traced.pt');
  copy('fixtures/torch/state.pt', 'state.pt');
  copy('fixtures/torch/module.pt', 'module.pt');
  copy('fixtures/torch/module-legacy.pth', 'module-legacy.pth');
  copy('fixtures/torch/checkpoint.pth', 'checkpoint.pth');
  copy('fixtures/torch/lightning-like.ckpt', 'lightning.ckpt');
  tfjs('layers', layersFiles());
  tfjs('graph', graphFiles());
  const halves = [{ 'fc1.weight': f32([8, 4]) }, { 'fc2.weight': f32([3, 8]), 'fc2.bias': f32([3]) }] as const;
  write('weights.safetensors', safetensorsBytes({ ...halves[0], ...halves[1] }));
  const shards = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'] as const;
  const map: Record<string, string> = {};
  halves.forEach((tensors, i) => {
    write(`sharded/${shards[i]!}`, safetensorsBytes(tensors));
    for (const name of Object.keys(tensors)) map[name] = shards[i]!;
  });
  write('sharded/model.safetensors.index.json', JSON.stringify({ metadata: {}, weight_map: map }));
  write('language.gguf', smallGguf());
}
