import fs from 'node:fs';
import path from 'node:path';
import { root } from '../../../scripts/lib/folders.mjs';
import { samples } from '../../../scripts/lib/sample.mjs';
import { deepNetwork } from './deepNetwork';
import { writeDigitImages } from './digitImages';
import { writeEveryKind } from './everyKind';
import { writeActivations } from './savedActivations';

/** The sample workspace, nothing, or the sample workspace with files that are broken, of other formats or of every kind, with a network of 502 layers, with activations that were saved, with a training run, with a transformer and its sentences, or with one network in two formats. */
export type WorkspaceContent =
  | 'sample'
  | 'empty'
  | 'broken'
  | 'formats'
  | 'deep'
  | 'activations'
  | 'kinds'
  | 'residual'
  | 'run'
  | 'transformer'
  | 'twoFormats';

/** The names of what the journeys use, relative to the workspace. */
export const files = {
  deep: 'models/deep.onnx',
  residual: 'models/resmlp.onnx',
  residualSource: 'models/resmlp.py',
  mlp: 'models/digits-mlp.onnx',
  cnn: 'models/digits-cnn.onnx',
  test: 'data/digits-test.npz',
  train: 'data/digits-train.npz',
  truncated: 'broken/truncated.onnx',
  text: 'broken/text.onnx',
  kerasH5: 'other/res.h5',
  kerasArchive: 'other/noinput.keras',
  stateDict: 'other/state.pt',
  run: 'iris-run',
  transformer: 'transformer/two-layers.onnx',
  mlpKeras: 'models/digits-mlp-other.keras',
} as const;

export function fillWorkspace(folder: string, content: WorkspaceContent = 'sample'): void {
  fs.mkdirSync(folder, { recursive: true });
  if (content === 'empty') {
    fs.writeFileSync(path.join(folder, 'notes.txt'), 'Nothing here yet.\n');
    return;
  }
  fs.cpSync(samples, folder, { recursive: true });
  if (content === 'formats') addOtherFormats(folder);
  if (content === 'deep') fs.writeFileSync(path.join(folder, files.deep), deepNetwork(100, 1));
  if (content === 'residual')
    for (const file of [files.residual, files.residualSource])
      fs.copyFileSync(path.join(root, 'test', 'fixtures', 'networks', path.basename(file)), path.join(folder, file));
  if (content === 'twoFormats')
    fs.copyFileSync(
      path.join(root, 'test', 'fixtures', 'networks', 'digits-mlp.keras'),
      path.join(folder, files.mlpKeras),
    );
  if (content === 'activations') writeActivations(path.join(folder, 'runs'));
  if (content === 'kinds') writeEveryKind(path.join(folder, 'kinds'));
  if (content === 'transformer')
    fs.cpSync(path.join(root, 'test', 'fixtures', 'transformer'), path.dirname(path.join(folder, files.transformer)), {
      recursive: true,
    });
  if (content === 'run') {
    for (const step of [0, 5, 10, 40]) addCheckpoint(folder, step);
    fs.writeFileSync(path.join(folder, files.run, 'step-20.onnx'), 'Not written to its end.');
  }
  if (content === 'broken') {
    const whole = fs.readFileSync(path.join(folder, files.mlp));
    fs.mkdirSync(path.join(folder, 'broken'));
    fs.writeFileSync(path.join(folder, files.truncated), whole.subarray(0, whole.length >> 1));
    fs.writeFileSync(path.join(folder, files.text), 'This is not a model.\n');
  }
}

function addOtherFormats(folder: string): void {
  const tests = path.join(root, 'test');
  fs.mkdirSync(path.join(folder, 'other'));
  for (const source of ['models/keras/files/res.h5', 'models/keras/files/noinput.keras', 'fixtures/torch/state.pt'])
    fs.copyFileSync(path.join(tests, source), path.join(folder, 'other', path.basename(source)));
  writeDigitImages(path.join(folder, files.test), path.join(folder, 'data', 'pictures'), 60);
}

/** Writes a checkpoint of the bundled run, as a training program does. */
export function addCheckpoint(folder: string, step: number): void {
  const to = path.join(folder, files.run);
  fs.mkdirSync(to, { recursive: true });
  fs.copyFileSync(path.join(root, 'test', 'fixtures', 'run', `step-${step}.onnx`), path.join(to, `step-${step}.onnx`));
}

/** A file of the open folder. */
export function read(folder: string, relative: string): string {
  return fs.readFileSync(path.join(folder, relative), 'utf8');
}
