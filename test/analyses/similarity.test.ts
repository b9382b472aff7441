import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Provenance } from '../../src/analyses/analysis';
import { similarityOf } from '../../src/analyses/similarity';
import { Fault } from '../../src/base/fault';
import { circle, gaussianCloud, moved } from '../topology/clouds';

const provenance: Provenance = { version: '0', parameters: {}, seed: 0 };
const code = (wanted: string) => (error: unknown) => error instanceof Fault && error.code === wanted;

describe('similarityOf', () => {
  it('does not tell a layer from its rotation, which is why it never says that a layer can go', () => {
    const cloud = circle(60, 0.1, 1);
    const { cka, rtd, bottleneck } = similarityOf(cloud, moved(cloud, 1, 0, 20), 1e9, provenance);
    assert.ok(Math.abs(cka! - 1) < 1e-9);
    assert.ok(rtd.mean < 1e-3 && bottleneck.every(value => value < 1e-5));
  });

  it('tells a circle from a Gaussian by its loop', () => {
    const { bottleneck, rtd } = similarityOf(circle(60, 0.05, 1), gaussianCloud(60, 2, 2), 1e9, provenance);
    assert.ok(bottleneck[1]! > 0.2 && rtd.mean > 1);
  });

  it('has no CKA where all points are equal, and says so', () => {
    const equal = { count: 20, width: 2, values: new Float64Array(40).fill(0.1) };
    const { cka, warnings } = similarityOf(equal, gaussianCloud(20, 2, 1), 1e9, provenance);
    assert.equal(cka, null);
    assert.deepEqual(warnings.map(warning => warning.code), ['no-variance']); // prettier-ignore
  });

  it('refuses clouds of other rows, naming both, and what does not fit into memory', () => {
    const [four, five] = [gaussianCloud(4, 2, 1), gaussianCloud(5, 2, 1)];
    assert.throws(() => similarityOf(four, five, 1e9, provenance), /4 and 5 rows/);
    assert.throws(() => similarityOf(four, five, 1e9, provenance), code('shape-mismatch'));
    assert.throws(() => similarityOf(five, five, 1000, provenance), code('too-large'));
  });
});
