import fc from 'fast-check';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Fault } from '../../src/base/fault';
import { distanceMatrix } from '../../src/topology/distances';
import { geodesicDistances, neighbourGraph } from '../../src/topology/geodesic';
import { rips } from '../../src/topology/rips';
import { circle, cloudOf, clusters, gaussianCloud, tiedClouds } from './clouds';

describe('neighbourGraph', () => {
  it('joins two points where one is among the nearest of the other', () => {
    fc.assert(
      fc.property(tiedClouds(20), fc.integer({ min: 1, max: 6 }), (cloud, neighbours) => {
        const distances = distanceMatrix(cloud, 'euclidean');
        const near = (i: number) =>
          Array.from({ length: cloud.count }, (_, j) => j)
            .filter(j => j !== i)
            .sort((a, b) => distances.at(i, a) - distances.at(i, b) || a - b)
            .slice(0, neighbours);
        const { start, neighbour, length } = neighbourGraph(distances, neighbours);
        for (let i = 0; i < cloud.count; i++) {
          const expected = [...Array(cloud.count).keys()].filter(j => near(i).includes(j) || near(j).includes(i));
          const found = [...neighbour.subarray(start[i], start[i + 1])];
          assert.deepEqual(found, expected);
          found.forEach((j, k) => assert.equal(length[start[i]! + k], distances.at(i, j)));
        }
      }),
      { seed: 41, numRuns: 100 },
    );
  });

  it('refuses no neighbours', () => {
    const refused = (error: unknown) => error instanceof Fault && error.code === 'usage';
    assert.throws(() => neighbourGraph(distanceMatrix(circle(5, 0, 1), 'euclidean'), 0), refused);
  });
});

describe('geodesicDistances', () => {
  it('are the shortest paths that Floyd and Warshall find, in hops and in lengths', () => {
    for (const along of ['hops', 'lengths'] as const) {
      const graph = neighbourGraph(distanceMatrix(gaussianCloud(60, 2, 6), 'euclidean'), 3);
      const { count, start, neighbour, length } = graph;
      const all = Array.from({ length: count }, (_, i) =>
        Array.from({ length: count }, (__, j) => (i === j ? 0 : Infinity)),
      );
      for (let i = 0; i < count; i++)
        for (let k = start[i]!; k < start[i + 1]!; k++) all[i]![neighbour[k]!] = along === 'hops' ? 1 : length[k]!;
      for (let via = 0; via < count; via++)
        for (let i = 0; i < count; i++)
          for (let j = 0; j < count; j++) all[i]![j] = Math.min(all[i]![j]!, all[i]![via]! + all[via]![j]!);
      const found = geodesicDistances(graph, along);
      for (let i = 0; i < count; i++) {
        for (let j = 0; j < count; j++) {
          assert.equal(found.at(i, j), found.at(j, i));
          const expected = all[i]![j]!;
          if (expected === Infinity) assert.equal(found.at(i, j), Infinity);
          else assert.ok(Math.abs(found.at(i, j) - expected) <= 1e-6 * expected, `${along} ${i} ${j}`);
        }
      }
    }
  });

  it('leave clusters unjoined, which are endless components', () => {
    const cloud = clusters([[0, 0], [50, 0], [0, 50]], 40, 0.5, 2); // prettier-ignore
    const graph = neighbourGraph(distanceMatrix(cloud, 'euclidean'), 5);
    const { diagram } = rips(geodesicDistances(graph, 'hops'), { maxDimension: 0 });
    assert.equal(diagram.death.filter(death => death === Infinity).length, 3);
  });

  it('see three annuli around three disks as Naitzat, Zhitnikov and Lim count them: (3, 3)', () => {
    const annuli = [
      [0, 0],
      [6, 0],
      [0, 6],
    ].flatMap(([x, y]) =>
      // prettier-ignore
      Array.from({ length: 360 }, (_, i) => {
        const radius = 1.5 + 0.2 * ((i % 3) - 1);
        const angle = (2 * Math.PI * i) / 360;
        return [x! + radius * Math.cos(angle), y! + radius * Math.sin(angle)];
      }),
    );
    const graph = neighbourGraph(distanceMatrix(cloudOf(annuli), 'euclidean'), 14);
    const { diagram } = rips(geodesicDistances(graph, 'hops'), { maxDimension: 1 });
    const alive = (dimension: number, scale: number) =>
      diagram.birth.filter((birth, i) => diagram.dimension[i] === dimension && birth <= scale && scale < diagram.death[i]!).length; // prettier-ignore
    assert.deepEqual([alive(0, 2), alive(1, 2)], [3, 3]);
  });
});
