import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { computeLayer } from '../../src/analyses/layerTask';
import { Cancellation } from '../../src/base/cancellation';
import { noProgress } from '../../src/base/progress';
import { rangeOfDimension } from '../../src/topology/diagram';
import { circle, clusters, layerInput, layerOf } from './sampleLayer';

const codes = (layer: ReturnType<typeof layerOf>) => layer.caveats.map(caveat => caveat.code);

describe('computeLayer', () => {
  it('counts well separated clusters, and says which point is in which', () => {
    const layer = layerOf(clusters(4, 60));
    assert.equal(layer.dense0.count, 4);
    assert.deepEqual(
      [...layer.dense0.members!],
      Array.from({ length: 240 }, (_, i) => Math.floor(i / 60)),
    );
    assert.equal(layer.significant.components, 4);
    assert.deepEqual(codes(layer), ['small-components']);
  });

  it('finds the loop of a circle significant, and its cycle goes round', () => {
    const layer = layerOf(circle(100));
    assert.equal(layer.significant.loops, 1);
    assert.equal(layer.significant.components, 1);
    const [from, to] = rangeOfDimension(layer.diagram, 1);
    const lengths = Array.from(
      { length: to - from },
      (_, k) => layer.diagram.death[from + k]! - layer.diagram.birth[from + k]!,
    );
    assert.equal(layer.cycles[0]!.pair, lengths.indexOf(Math.max(...lengths)));
    const angles = [...layer.cycles[0]!.vertices].map(v => Math.atan2(layer.projection.y[v]!, layer.projection.x[v]!));
    for (const quarter of [-2, -1, 0, 1])
      assert.ok(
        angles.some(angle => angle >= (quarter * Math.PI) / 2 && angle <= ((quarter + 1) * Math.PI) / 2),
        `no vertex in quarter ${quarter}`,
      );
    assert.ok(layer.loopNull!.threshold < Math.max(...lengths));
  });

  it('agrees with itself: total persistence, Betti numbers and the median distance', () => {
    const layer = layerOf(circle(60), { maxDimension: 1 });
    const { diagram, betti } = layer;
    let sum = 0;
    for (let i = 0; i < diagram.birth.length; i++)
      if (diagram.dimension[i] === 1) sum += diagram.death[i]! - diagram.birth[i]!;
    assert.ok(Math.abs(layer.totalPersistence[1]! - sum) < 1e-9);
    assert.equal(betti.counts.length, 2 * betti.scales.length);
    assert.equal(betti.counts[0], 60);
    assert.ok(layer.medianDistance > 5 && layer.medianDistance < 10);
    assert.ok(layer.projection.explained[0] + layer.projection.explained[1] > 0.999);
  });

  it('does without loops in dimension 0', () => {
    const layer = layerOf(circle(60), { maxDimension: 0 });
    assert.equal(layer.loopNull, undefined);
    assert.equal(layer.significant.loops, undefined);
    assert.deepEqual(layer.cycles, []);
  });

  it('says what can mislead', () => {
    assert.deepEqual(codes(layerOf(circle(20))), ['few-points']);
    assert.deepEqual(codes(layerOf(circle(60))), ['small-components']);
    assert.deepEqual(codes(layerOf(circle(400), { rows: 500 })), ['sample', 'null-sample']);
    assert.deepEqual(codes(layerOf(circle(60), { randomInput: true })), ['random-input', 'small-components']);
    assert.deepEqual(codes(layerOf(circle(60), { reduction: 'mean', shape: [2, 4, 4] })), [
      'small-components',
      'reduction',
    ]);
    assert.deepEqual(codes(layerOf([...circle(60), ...circle(5), [1, 1], [1, 1]])), ['small-components', 'duplicates']);
    assert.deepEqual(codes(layerOf(circle(60).map(point => [...point, ...Array.from({ length: 98 }, () => 0)]))), [
      'small-components',
      'wide',
    ]);
    assert.deepEqual(codes(layerOf(circle(340))), ['null-sample']);
  });

  it('survives one point, two points, and points that are all the same', () => {
    assert.equal(layerOf([[1, 2]]).dense0.count, 1);
    assert.equal(
      layerOf([
        [1, 2],
        [3, 4],
      ]).points,
      2,
    );
    const same = layerOf(Array.from({ length: 60 }, () => [1, 2]));
    assert.equal(same.diagram.birth.length, 1);
    assert.equal(same.significant.loops, 0);
    assert.equal(same.medianDistance, 0);
  });

  it('refuses values that are not finite, naming layer and row', () => {
    const values = circle(10);
    values[7]![1] = NaN;
    assert.throws(() => layerOf(values, { name: 'fc1' }), { code: 'not-finite', message: /fc1.*NaN.*row 7/ });
  });

  it('stops when it is cancelled', () => {
    const cancellation = new Cancellation();
    cancellation.cancel();
    assert.throws(() => computeLayer(layerInput(circle(200)), cancellation, noProgress), { code: 'cancelled' });
  });

  it('gives the same for the same seed, and another null for another', () => {
    const [a, b, c] = [0, 0, 1].map(seed => layerOf(circle(60), { seed }));
    assert.deepEqual({ ...a, milliseconds: 0 }, { ...b, milliseconds: 0 });
    assert.notEqual(a!.loopNull!.threshold, c!.loopNull!.threshold);
  });
});
