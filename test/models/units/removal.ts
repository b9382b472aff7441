import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { prunedChanges } from '../../../src/analyses/pruning/prunedWeights';
import { MemorySource } from '../../../src/base/bytes';
import { Random } from '../../../src/base/random';
import type { ModelChanges, NewTensor } from '../../../src/models/changes';
import { openModel } from '../../../src/models/formats';
import type { Model } from '../../../src/models/model';
import { networkUnits } from '../../../src/models/units/networkUnits';
import type { PrunableNetwork } from '../../../src/models/units/prunableNetwork';
import { networkAnswers } from '../../../src/probes/networkAnswers';
import { siblingsOf, written, type Files } from '../written';

const runtime = { folder: fileURLToPath(new URL('../../..', import.meta.url)), kind: 'native' as const };
const ROWS = 7;

export const groupTitles = (network: PrunableNetwork) =>
  network.groups.map(({ layers, units }) => `${layers.join(' ')} ${units}`);

export function openFiles(files: Files): Model {
  return openModel(new MemorySource('model', files.model), siblingsOf(files));
}

/** Answers to the same random rows; whole numbers below 4 where the network looks them up. */
async function answersOf(model: Model, rowShape: readonly number[]): Promise<Float32Array> {
  const random = new Random(5, 'rows');
  const size = ROWS * rowShape.reduce((a, b) => a * b, 1);
  const whole = /int/.test(model.inputs[0]!.type);
  const values = Float32Array.from({ length: size }, () => (whole ? random.integer(4) : random.normal()));
  return (await networkAnswers(model, { rows: ROWS, rowShape, values }, { runtime })).values;
}

/** The same network in which nothing is read of the units that go. */
function silenced(model: Model, network: PrunableNetwork, removed: Uint8Array): ModelChanges {
  const tensors = new Map<string, { readonly shape: readonly number[]; readonly values: Float32Array }>();
  for (const { weight, layout, units } of network.uses) {
    const { shape, values } = model.readWeight(weight);
    const own = tensors.get(weight)?.values ?? values.slice();
    units.forEach((unit, channel) => {
      if (unit < 0 || removed[unit] === 0) return;
      for (let o = 0; o < layout.outputs; o++)
        for (let t = 0; t < layout.taps; t++)
          own[layout.base + o * layout.outputStride + channel * layout.channelStride + t * layout.tapStride] = 0;
    });
    tensors.set(weight, { shape, values: own });
  }
  return { tensors: new Map<string, NewTensor>(tensors) };
}

function someUnits(network: PrunableNetwork, seed: number): Uint8Array {
  const random = new Random(seed, 'removed');
  const removed = new Uint8Array(network.units);
  for (const { from, units } of network.groups)
    for (const unit of random.permutation(units).slice(0, 1 + random.integer(units - 1))) removed[from + unit] = 1;
  return removed;
}

export function withoutUnits(files: Files, model: Model, network: PrunableNetwork, removed: Uint8Array): Files {
  const count = removed.reduce((a, b) => a + b, 0);
  return written(files, prunedChanges(model, network, [], { removed, folds: [], count }, 'plain'));
}

/** What is left of a network without some of its units is smaller, answers as if nothing had read them, and can be asked again. */
export async function checkRemoval(
  files: Files,
  rowShape: readonly number[],
  groups: readonly string[],
  smaller = true,
): Promise<void> {
  const model = openFiles(files);
  const network = networkUnits(model);
  assert.deepEqual(groupTitles(network), groups);
  for (const seed of [1, 2]) {
    const removed = someUnits(network, seed);
    const left = withoutUnits(files, model, network, removed);
    const bytes = (of: Files) => Object.values(of.beside).reduce((sum, part) => sum + part.length, of.model.length);
    if (smaller) assert.ok(bytes(left) < bytes(files));
    const expected = await answersOf(openFiles(written(files, silenced(model, network, removed))), rowShape);
    const found = await answersOf(openFiles(left), rowShape);
    assert.equal(found.length, expected.length);
    found.forEach((value, i) => assert.ok(Math.abs(value - expected[i]!) < 1e-4, `${value}, not ${expected[i]}`));
    // Groups of the same layers with fewer units.
    const rest = networkUnits(openFiles(left));
    for (const { layers, from, units } of network.groups) {
      const gone = removed.subarray(from, from + units).reduce((a, b) => a + b, 0);
      const again = rest.groups.find(group => group.layers.join() === layers.join())?.units ?? 1;
      // A single head is no head any more: then its channels are units.
      if (units - gone > 1) assert.equal(again, units - gone);
    }
  }
}
