import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { confidenceBand, subsampleSize } from '../../src/topology/confidenceBand';
import { distanceMatrix } from '../../src/topology/distances';
import { minimumSpanningTree } from '../../src/topology/minimumSpanningTree';
import { circle, clusters, moved } from './clouds';

const distances = (cloud: Parameters<typeof distanceMatrix>[0]) => distanceMatrix(cloud, 'euclidean');

describe('confidenceBand', () => {
  it('covers the distance between a circle and a sample of it', () => {
    // The Hausdorff distance is that to the middle of the widest gap between neighbours on the circle.
    let covered = 0;
    for (let seed = 0; seed < 20; seed++) {
      const cloud = circle(300, 0, seed);
      const angles = Array.from({ length: 300 }, (_, i) => Math.atan2(cloud.values[2 * i + 1]!, cloud.values[2 * i]!));
      angles.sort((a, b) => a - b);
      const gaps = angles.map((angle, i) => (angles[i + 1] ?? angles[0]! + 2 * Math.PI) - angle);
      if (confidenceBand(distances(cloud), { seed }).width >= 2 * Math.sin(Math.max(...gaps) / 4)) covered++;
    }
    assert.equal(covered, 20);
  });

  it('tells well-separated clusters from sampling noise, and one cluster as one', () => {
    const significant = (cloud: Parameters<typeof distances>[0]) => {
      const all = distances(cloud);
      const { componentLength } = confidenceBand(all, { seed: 1 });
      return 1 + minimumSpanningTree(all).length.filter(death => death > componentLength).length;
    };
    assert.equal(significant(clusters([[0, 0], [40, 0], [0, 40]], 100, 0.5, 4)), 3); // prettier-ignore
    assert.equal(significant(clusters([[0, 0]], 300, 0.5, 5)), 1);
  });

  it('scales with the cloud and depends on the seed alone', () => {
    const cloud = circle(200, 0.1, 7);
    const band = confidenceBand(distances(cloud), { seed: 3 });
    assert.deepEqual(confidenceBand(distances(cloud), { seed: 3 }), band);
    const larger = confidenceBand(distances(moved(cloud, 1, 3, 8)), { seed: 3 });
    assert.ok(Math.abs(larger.width / band.width - 8) < 1e-4);
    assert.equal(band.width, 2 * band.quantile);
  });

  it('is zero where the subsample is the sample', () => {
    assert.equal(confidenceBand(distances(circle(50, 0, 1)), { seed: 0, subsampleSize: 50 }).width, 0);
  });

  it('takes subsamples that grow more slowly than n / log n', () => {
    const share = (n: number) => (subsampleSize(n) * Math.log(n)) / n;
    assert.ok(share(1e3) > share(1e5) && share(1e5) > share(1e8));
    assert.deepEqual([0, 1, 2, 3].map(subsampleSize), [0, 1, 2, 2]);
  });
});
