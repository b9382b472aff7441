import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Cancellation } from '../../src/base/cancellation';
import { Random } from '../../src/base/random';
import { largeSpanningTree } from '../../src/topology/largeSpanningTree';
import { leadingRotation } from '../../src/topology/leadingRotation';
import { minimumSpanningTreeOfCloud } from '../../src/topology/minimumSpanningTree';
import { PointBlocks } from '../../src/topology/pointBlocks';
import type { PointCloud } from '../../src/topology/pointCloud';
import { spatialOrder } from '../../src/topology/spatialOrder';
import { gaussianCloud } from './clouds';

const never = Cancellation.never;
const COUNT = 8192;

/** Points near a subspace of a few dimensions that is along no axis, with some far away. */
function flat(count: number, width: number, dimensions: number): PointCloud {
  const random = new Random(3, 'flat');
  const map = Float64Array.from({ length: dimensions * width }, () => random.normal());
  const values = new Float64Array(count * width);
  for (let i = 0; i < count; i++) {
    const latent = Float64Array.from({ length: dimensions }, () => random.normal() * (i % 2000 === 7 ? 50 : 1));
    for (let k = 0; k < width; k++)
      values[i * width + k] = latent.reduce(
        (sum, value, d) => sum + value * map[d * width + k]!,
        0.1 * random.normal(),
      );
  }
  return { count, width, values };
}

const all = (count: number) => Uint32Array.from({ length: count }, (_, i) => i);

describe('leadingRotation', () => {
  it('keeps distances, and brings what differs most to the front', () => {
    const cloud = flat(COUNT, 50, 8);
    const rotation = leadingRotation(cloud, all(COUNT), new Float64Array(50), never)!;
    assert.ok(rotation.leading < 50 && rotation.leading % 2 === 0);
    const [a, b] = [0, 50].map(from => Float64Array.from(cloud.values.subarray(from, from + 50))) as [
      Float64Array,
      Float64Array,
    ];
    const squared = (from: number, to: number) =>
      a.subarray(from, to).reduce((sum, value, k) => sum + (value - b[from + k]!) ** 2, 0);
    const before = squared(0, 50);
    rotation.turn(a);
    rotation.turn(b);
    assert.ok(Math.abs(squared(0, 50) - before) < 1e-12 * before);
    assert.ok(squared(0, rotation.leading) > 0.95 * before);
  });

  it('is none where all directions are alike, and where there is little to turn', () => {
    const none = new Float64Array(200);
    assert.equal(leadingRotation(gaussianCloud(COUNT, 200, 1), all(COUNT), none, never), undefined);
    assert.equal(leadingRotation(flat(100, 50, 8), all(100), none.subarray(0, 50), never), undefined);
    assert.equal(leadingRotation({ width: 50, values: new Float64Array(50 * COUNT) }, all(COUNT), none.subarray(0, 50), never), undefined); // prettier-ignore
  });

  it('loses no near pair of many points', () => {
    const cloud = flat(COUNT, 48, 8);
    const blocks = new PointBlocks(cloud, spatialOrder(cloud, never).points, never);
    const radius = 12;
    let found = 0;
    blocks.nearPairs(
      radius,
      () => true,
      (a, b) => (found += Number(blocks.distance(a, b) <= radius)),
    );
    let expected = 0;
    for (let b = 0; b < COUNT; b++) for (let a = 0; a < b; a++) expected += Number(blocks.distance(a, b) <= radius);
    assert.ok(expected > 1000);
    assert.equal(found, expected);
  });

  it('leaves the spanning tree of many points as it is', () => {
    const cloud = flat(COUNT, 48, 8);
    assert.deepEqual(
      Float32Array.from(largeSpanningTree(cloud).length),
      Float32Array.from(minimumSpanningTreeOfCloud(cloud).length),
    );
  });
});
