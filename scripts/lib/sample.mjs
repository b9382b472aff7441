// The sample that a newcomer sees first.
import path from 'node:path';
import { root } from './folders.mjs';

/** The workspace that is opened in the editor. */
export const samples = path.join(root, 'samples');

/** A trained network, data that it has not seen, and the labels in it. */
export const sample = {
  model: path.join('samples', 'models', 'digits-mlp.onnx'),
  data: path.join('samples', 'data', 'digits-test.npz'),
  labels: path.join('samples', 'data', 'digits-test.npz#y'),
};
