import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fileName, labelsName } from '../../webview/format/fileName';

describe('The name of a file in a view', () => {
  it('is its last part', () => {
    assert.equal(fileName('/w/data/test.npz#X'), 'test.npz#X');
    assert.equal(fileName('C:\\data\\test.csv'), 'test.csv');
    assert.equal(fileName('test.npy'), 'test.npy');
  });

  it('is the part alone for labels that lie in the file of the data', () => {
    assert.equal(labelsName('/w/test.npz#y', '/w/test.npz#X'), 'y');
    assert.equal(labelsName('/w/iris.csv#species', '/w/iris.csv'), 'species');
    assert.equal(labelsName('/w/y.npy', '/w/X.npy'), 'y.npy');
    assert.equal(labelsName('/w/other.npz#y', '/w/test.npz#X'), 'other.npz#y');
  });
});
