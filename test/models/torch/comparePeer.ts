import fs from 'node:fs';
import path from 'node:path';
import { MemorySource } from '../../../src/base/bytes';
import { openModel } from '../../../src/models/formats';
import type { ChainAnswer } from '../../../src/models/layerList/chain';
import { capture } from '../../../src/probes/capture';
import { FakeSiblings } from '../openBytes';

export interface PeerTensor {
  readonly shape: readonly number[];
  /** Of all values in C order, each so many-th is kept. */
  readonly step: number;
  readonly values: readonly number[];
}

/** Of a network: its input, and what each module gave, '' being the network itself. */
export interface PeerFacts {
  readonly input: PeerTensor;
  readonly layers: Readonly<Record<string, PeerTensor>>;
}

export interface Comparison {
  /** The greatest difference of any value, absolute below 1 and relative above. */
  readonly worst: number;
  readonly compared: readonly string[];
  readonly missing: readonly string[];
}

const projectFolder = path.join(import.meta.dirname, '..', '..', '..');

/**
 * Runs a file on an input and compares the activations of every module with what PyTorch gave. Of a chain of layers, `answer` is what is asked of it; a list of layers lies beside
 * the file.
 */
export async function comparePeer(file: string, facts: PeerFacts, answer?: ChainAnswer): Promise<Comparison> {
  const list = file.replace(/\.[^.]+$/, '.layers.json');
  const beside = fs.existsSync(list) ? { [path.basename(list)]: new Uint8Array(fs.readFileSync(list)) } : {};
  const model = openModel(
    new MemorySource(path.basename(file), new Uint8Array(fs.readFileSync(file))),
    new FakeSiblings(beside),
    answer,
  );
  const [rows = 0, ...rowShape] = facts.input.shape;
  const data = { rows, rowShape, values: Float32Array.from(facts.input.values) };
  const result = await capture(model, data, {
    runtime: { folder: projectFolder, kind: 'native' },
    reduction: 'flatten',
  });
  // What a mask fills with −∞ is no activation; modules must not be among what fails.
  const failure = result.failures.find(one => one.name in facts.layers);
  if (failure !== undefined) throw new Error(`${failure.name}: ${failure.fault.message}`);
  const found = new Map(result.layers.map(layer => [layer.name, layer]));
  let worst = 0;
  const compared: string[] = [];
  const missing: string[] = [];
  for (const [name, { shape, step, values }] of Object.entries(facts.layers)) {
    // The network's own output is its last layer's.
    const layer = name === '' ? result.layers.at(-1) : found.get(name);
    const size = shape.reduce((a, b) => a * b, 1);
    if (layer?.values.length !== size) {
      missing.push(layer === undefined ? name : `${name} (${layer.values.length} values, not ${size})`);
      continue;
    }
    compared.push(name);
    values.forEach((value, at) => {
      worst = Math.max(worst, Math.abs(layer.values[at * step]! - value) / Math.max(1, Math.abs(value)));
    });
  }
  return { worst, compared, missing };
}
