import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { correlation, whichToKeep } from '../../../src/analyses/timeline/stopRules';
import type { StopRule, TimelineEntry } from '../../../src/analyses/timeline/timeline';
import { broken, checkpoint } from './checkpoints';

const rule = (entries: readonly TimelineEntry[], name: StopRule['rule']): StopRule =>
  whichToKeep(entries)!.rules.find(one => one.rule === name)!;

const accuracies = (...values: readonly number[]) => values.map((accuracy, step) => checkpoint({ step, accuracy }));
const persistences = (...values: readonly number[]) =>
  values.map((neuralPersistence, step) => checkpoint({ step, neuralPersistence }));
const totals = (...values: readonly number[]) => values.map((total, step) => checkpoint({ step, total }));

describe('which checkpoint to keep', () => {
  it('is the most accurate one where there are labels, the first of several', () => {
    const stop = whichToKeep(accuracies(0.1, 0.9, 0.95, 0.95, 0.7))!;
    assert.equal(stop.file, 'ckpt-2.onnx');
    assert.match(stop.reason, /Highest accuracy.*95.*of 100 rows, the best of 5 checkpoints/);
  });

  it('says that an earlier one lies within the interval of the best, and that the last may not be the end', () => {
    const { reason } = rule(accuracies(0.1, 0.93, 0.95), 'accuracy');
    assert.match(reason, /ckpt-1\.onnx has 93\.0 % already/);
    assert.match(reason, /the last one, so accuracy may rise further/);
  });

  it('passes over broken checkpoints, and is none where all are', () => {
    assert.equal(whichToKeep([broken(0), ...accuracies(0.4, 0.3)])!.file, 'ckpt-0.onnx');
    assert.equal(whichToKeep([broken(0), broken(1)]), null);
    assert.equal(whichToKeep([]), null);
  });

  it('is, without labels, where neural persistence came to rest, with what it follows', () => {
    const stop = whichToKeep(persistences(0.3, 0.35, 0.5, 0.501, 0.502, 0.503))!;
    assert.equal(stop.file, 'ckpt-2.onnx');
    assert.match(stop.reason, /came to rest at 0\.500.*follows the variance of the weights \(r = 1\.00\)/);
  });

  it('is, where that never fires, the checkpoint before total persistence rose', () => {
    const stop = whichToKeep(totals(9, 5, 3, 4, 4.5))!;
    assert.equal(stop.file, 'ckpt-2.onnx');
    assert.match(stop.reason, /least here.*rises by more than 10 %/);
  });

  it('is the last, where no rule fires, and says so', () => {
    const stop = whichToKeep(totals(9, 5, 3, 2.9))!;
    assert.equal(stop.file, 'ckpt-3.onnx');
    assert.match(stop.reason, /No rule says to stop/);
    assert.equal(stop.rules.length, 3);
    assert.ok(stop.rules.every(one => !one.fired && one.reason.length > 20));
  });

  it('never names the untrained network for neural persistence that only falls, or total persistence that only rises', () => {
    assert.equal(rule(persistences(0.5, 0.4, 0.4, 0.4, 0.4), 'neural-persistence').fired, false);
    assert.equal(rule(totals(1, 2, 3, 4, 5), 'total-persistence').file === 'ckpt-0.onnx', false);
  });

  it('takes one checkpoint above the least for noise', () => {
    assert.equal(rule(totals(9, 5, 3, 4, 3.1), 'total-persistence').fired, false);
    assert.equal(rule(persistences(0.3, 0.4, 0.4, 0.5, 0.6), 'neural-persistence').fired, false);
  });
});

describe('correlation', () => {
  it('is ±1 for lines, and not defined for what does not vary', () => {
    assert.ok(Math.abs(correlation([1, 2, 3], [5, 7, 9])! - 1) < 1e-12);
    assert.ok(Math.abs(correlation([1, 2, 3], [9, 7, 5])! + 1) < 1e-12);
    assert.equal(correlation([1, 2, 3], [4, 4, 4]), undefined);
  });
});
