import fs from 'node:fs';
import path from 'node:path';
import { samples } from '../../../scripts/lib/sample.mjs';

/** The sample workspace, nothing, or the sample workspace with files that are broken. */
export type WorkspaceContent = 'sample' | 'empty' | 'broken';

/** The names of what the journeys use, relative to the workspace. */
export const files = {
  mlp: 'models/digits-mlp.onnx',
  cnn: 'models/digits-cnn.onnx',
  test: 'data/digits-test.npz',
  train: 'data/digits-train.npz',
  truncated: 'broken/truncated.onnx',
  text: 'broken/text.onnx',
} as const;

export function fillWorkspace(folder: string, content: WorkspaceContent = 'sample'): void {
  fs.mkdirSync(folder, { recursive: true });
  if (content === 'empty') {
    fs.writeFileSync(path.join(folder, 'notes.txt'), 'Nothing here yet.\n');
    return;
  }
  fs.cpSync(samples, folder, { recursive: true });
  if (content === 'broken') {
    const whole = fs.readFileSync(path.join(folder, files.mlp));
    fs.mkdirSync(path.join(folder, 'broken'));
    fs.writeFileSync(path.join(folder, files.truncated), whole.subarray(0, whole.length >> 1));
    fs.writeFileSync(path.join(folder, files.text), 'This is not a model.\n');
  }
}

/** A file of the open folder. */
export function read(folder: string, relative: string): string {
  return fs.readFileSync(path.join(folder, relative), 'utf8');
}
