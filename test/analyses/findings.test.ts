import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findingsOf, purityOfClusters } from '../../src/analyses/findings';
import { circle, clusters, headOf, layerOf } from './sampleLayer';

const sentences = (...parameters: Parameters<typeof findingsOf>) =>
  findingsOf(...parameters).map(finding => finding.sentence);
const labels = (values: Int32Array, classes: readonly string[]) => ({ name: 'y.npy', values, classes });
const four = layerOf(clusters(4, 30), { name: 'fc1' });
const classOfCluster = Int32Array.from({ length: 120 }, (_, i) => Math.floor(i / 30));

describe('findings', () => {
  it('count clusters with their rule, and say nothing of classes without labels', () => {
    const [first] = findingsOf(headOf(120), [four], []);
    assert.equal(first!.sentence, 'fc1 holds 4 clusters (β0* = 4, share ≥ 3 %).');
    assert.match(first!.rule, /at least 3 % of the points.*n = 120/);
    assert.deepEqual(first!.target, { layer: 'fc1', view: 'scatter', dimension: 0 });
  });

  it('say that clusters match classes only where they were compared and do', () => {
    const matching = headOf(120, { labels: labels(classOfCluster, ['a', 'b', 'c', 'd']) });
    assert.ok(
      sentences(matching, [four], []).some(s =>
        /4 clusters for 4 classes.*they match the classes: 100 % of the 120/.test(s),
      ),
    );
    const shuffled = headOf(120, {
      labels: labels(
        classOfCluster.map((_, i) => i % 4),
        ['a', 'b', 'c', 'd'],
      ),
    });
    assert.ok(
      sentences(shuffled, [four], []).some(s =>
        /4 clusters for 4 classes.*they do not match the classes: 26\.7 %/.test(s),
      ),
    );
  });

  it('do not compare where a point is a position of a row, not a row', () => {
    const head = headOf(30, { labels: labels(new Int32Array(30), ['a', 'b']) });
    assert.ok(!sentences(head, [four], []).some(s => /match the classes/.test(s)));
  });

  it('compare positions through the row each comes from, also where there are as many positions as rows', () => {
    const layer = layerOf(clusters(4, 30), {
      reduction: 'positions',
      rowOfPoint: Uint32Array.from({ length: 120 }, (_, i) => 119 - i),
      sampleOfPoint: Uint32Array.from({ length: 120 }, (_, i) => (i < 60 ? i : 0)),
    });
    const head = headOf(120, { labels: labels(classOfCluster, ['a', 'b', 'c', 'd']) });
    const measured = purityOfClusters(head, layer)!;
    assert.deepEqual(measured, { pure: 1, held: 120 });
    const alternating = labels(
      classOfCluster.map((_, i) => i % 2),
      ['a', 'b'],
    );
    // Clusters 3 and 4 are all of row 0, clusters 1 and 2 half of each class.
    assert.deepEqual(purityOfClusters(headOf(120, { labels: alternating }), layer), { pure: 0.75, held: 120 });
  });

  it('say "not significant" where no loop is', () => {
    assert.ok(
      sentences(headOf(120), [four], []).includes(
        'No loop of fc1 is significant (null: covariance-matched Gaussian, 95 %).',
      ),
    );
  });

  it('point to the bar of the longest significant loop', () => {
    const layer = layerOf(circle(100), { name: 'relu1' });
    const finding = findingsOf(headOf(100), [layer], []).find(({ kind }) => kind === 'loops')!;
    assert.match(
      finding.sentence,
      /^1 significant loop in relu1 \(of \d+; null: covariance-matched Gaussian, 95 %\); the longest is [\d.]+ times/,
    );
    assert.match(finding.rule, /19 draws of 100 points/);
    assert.deepEqual(finding.target, { layer: 'relu1', view: 'barcode', dimension: 1, pair: layer.cycles[0]!.pair });
    assert.equal(finding.weight, 'strong');
  });

  it('do not take one layer of many for a discovery', () => {
    const silent = Array.from({ length: 19 }, (_, i) => layerOf(clusters(1, 60), { name: `fc${i}` }));
    assert.ok(silent.every(layer => layer.significant.loops === 0));
    const findings = findingsOf(headOf(60), [...silent, layerOf(circle(60), { name: 'relu1' })], []);
    const loops = findings.filter(({ kind }) => kind === 'loops');
    assert.match(loops[0]!.sentence, /no more than chance gives over so many layers/);
    assert.equal(loops[0]!.weight, 'note');
    assert.match(loops[1]!.sentence, /In 19 of 20 layers no loop is significant/);
  });

  it('tell how β0* changes without saying that anything gets simpler', () => {
    const one = layerOf(clusters(1, 60), { name: 'out' });
    const all = sentences(headOf(120), [four, four, one], []);
    assert.ok(all.includes('β0* is 4 in fc1 and 1 in out; it never rises on the way (1 fall).'), all.join('\n'));
    assert.ok(!/simpl/i.test(all.join(' ')));
  });

  it('give the accuracy its interval, and say when it is guessing', () => {
    const accuracy = { value: 0.25, low: 0.2, high: 0.31, samples: 300 };
    const head = headOf(120, { accuracy, labels: labels(classOfCluster, ['a', 'b', 'c', 'd']) });
    assert.match(
      sentences(head, [four], [])[0]!,
      /25\.0 % of 300 rows \(95 % interval 20\.0–31\.0 %\), no better than guessing among 4/,
    );
  });

  it('begin with layers that failed, and put notes last', () => {
    const failure = { name: 'fc9', code: 'not-finite', message: 'Layer fc9 gives NaN for row 3.' };
    const findings = findingsOf(headOf(120), [four], [failure]);
    assert.match(findings[0]!.sentence, /fc9 could not be computed.*row 3/);
    const weights = findings.map(({ weight }) => weight);
    assert.deepEqual(weights, [...weights].sort().reverse());
  });

  it('say once what misleads about many layers', () => {
    const few = ['a', 'b', 'c'].map(name => layerOf(circle(20), { name }));
    const about = findingsOf(headOf(20), few, []).filter(({ kind }) => kind === 'caveat');
    assert.deepEqual(
      about.map(({ sentence }) => sentence),
      ['20 points are too few to tell a shape from chance.'],
    );
  });
});
