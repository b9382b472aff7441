import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Fault } from '../../src/base/fault';
import { accuracy, predictedClasses, wilson } from '../../src/probes/accuracy';
import type { NetworkOutputs } from '../../src/probes/outputs';

function outputs(
  kind: NetworkOutputs['kind'],
  width: number,
  values: number[],
  classNames?: readonly string[],
): NetworkOutputs {
  const shared = new Float32Array(new SharedArrayBuffer(values.length * 4));
  shared.set(values);
  return { name: 'y', kind, rows: values.length / width, width, values: shared, classNames };
}
const labels = (values: number[], classes: readonly string[]) => ({
  name: 'y.npy',
  values: Int32Array.from(values),
  classes,
});

describe('the predicted class', () => {
  it('is the largest score, the first of equal ones', () => {
    assert.deepEqual([...predictedClasses(outputs('classes', 3, [0, 2, 1, 5, 5, 5, NaN, 1, 0]))], [1, 0, 1]);
  });
  it('of a single score is above 0.5 for a probability, above 0 for a logit', () => {
    assert.deepEqual([...predictedClasses(outputs('probability', 1, [0.4, 0.5, 0.6]))], [0, 0, 1]);
    assert.deepEqual([...predictedClasses(outputs('logit', 1, [-1, 0, 0.1]))], [0, 0, 1]);
  });
  it('of scores that are no numbers is none', () => {
    assert.deepEqual([...predictedClasses(outputs('classes', 2, [NaN, NaN]))], [-1]);
    assert.deepEqual([...predictedClasses(outputs('logit', 1, [NaN]))], [-1]);
  });
});

describe('accuracy', () => {
  it('is the share of rows that are right', () => {
    assert.equal(
      accuracy(outputs('classes', 2, [1, 0, 0, 1, 1, 0, 0, 1]), labels([0, 1, 1, 1], ['0', '1'])).value,
      0.75,
    );
  });
  it('takes classes by number, even where some are missing from the labels', () => {
    const scores = outputs('classes', 3, [0, 0, 1, 1, 0, 0]);
    assert.equal(accuracy(scores, labels([1, 0], ['0', '2'])).value, 1);
  });
  it('takes classes by the model’s own names, whatever their order', () => {
    const scores = outputs('classes', 2, [1, 0, 0, 1], ['dog', 'cat']);
    assert.equal(accuracy(scores, labels([1, 0], ['cat', 'dog'])).value, 1);
  });
  it('takes a label output as the class itself', () => {
    assert.equal(accuracy(outputs('label', 1, [4, 7, 7], ['4', '7']), labels([0, 1, 0], ['4', '7'])).value, 2 / 3);
  });
  it('refuses labels of another length or with too many classes', () => {
    const scores = outputs('classes', 2, [1, 0, 0, 1]);
    const code = (error: unknown) =>
      error instanceof Fault && error.code === 'shape-mismatch' && error.source === 'y.npy';
    assert.throws(() => accuracy(scores, labels([0], ['0'])), code);
    assert.throws(() => accuracy(scores, labels([0, 2], ['a', 'b', 'c'])), code);
  });
  it('has Wilson’s interval', () => {
    // 95 % of 8 in 10 (Newcombe 1998, method 3, to four places): 0.4902 to 0.9433
    const { low, high, samples } = wilson(8, 10);
    assert.ok(Math.abs(low - 0.4902) < 5e-5 && Math.abs(high - 0.9433) < 5e-5, `${low} ${high}`);
    assert.equal(samples, 10);
    assert.equal(wilson(10, 10).high, 1);
    assert.ok(wilson(0, 10).low === 0 && wilson(0, 10).high > 0.2);
  });
});
