import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FAULT_CODES, type FaultCode } from '../../../src/base/fault';
import { faultActions, type FaultScene } from '../../../src/host/running/faultActions';

const MODEL = '/w/models/m.onnx';
const scene: FaultScene = {
  model: MODEL,
  data: { kind: 'file', data: '/w/data.npz#X', labels: '/w/labels.npy' },
  pointsThatFit: undefined,
};

function offered(code: FaultCode, source: string | undefined, more: Partial<FaultScene> = {}): string[] {
  const fault = { code, message: 'Something is wrong.', ...(source === undefined ? {} : { source }) };
  return faultActions(fault, { ...scene, ...more }).map(({ id }) => id);
}

describe('what a panel offers after a fault', () => {
  it('is no other data where the model cannot be read', () => {
    for (const code of ['corrupt', 'empty', 'unsafe', 'not-found', 'not-a-model'] as const) {
      assert.deepEqual(offered(code, MODEL), ['chooseModel', 'rerun'], code);
      assert.deepEqual(offered(code, undefined, { data: undefined }), ['chooseModel', 'rerun'], code);
    }
    assert.deepEqual(offered('unsupported', MODEL), ['describe', 'chooseModel', 'rerun']);
  });

  it('is other data where data or labels are at fault, by whatever part of them is named', () => {
    for (const source of ['/w/data.npz#X', '/w/data.npz', '/w/labels.npy'])
      for (const code of ['corrupt', 'empty', 'not-finite', 'unsupported', 'usage', 'not-found'] as const)
        assert.deepEqual(offered(code, source), ['pickData', 'rerun'], `${code} of ${source}`);
  });

  it('is other labels where those of saved activations are at fault', () => {
    const data = { kind: 'stored', labels: '/w/models/y.npy' } as const;
    assert.deepEqual(offered('shape-mismatch', '/w/models/y.npy', { data }), ['pickData', 'describe', 'rerun']);
    assert.deepEqual(offered('corrupt', '/w/models/y.npy', { data }), ['pickData', 'rerun']);
    assert.deepEqual(offered('corrupt', MODEL, { data }), ['chooseModel', 'rerun']);
  });

  it('is other data, and what the model takes, where the two do not fit each other', () => {
    assert.deepEqual(offered('shape-mismatch', '/w/data.npz#X'), ['pickData', 'describe', 'rerun']);
  });

  it('is as many points as fit where it was too much', () => {
    const fault = { code: 'too-large', message: 'Too much.' } as const;
    assert.deepEqual(faultActions(fault, { ...scene, pointsThatFit: 700 }), [
      { id: 'fewerPoints', points: 700 },
      { id: 'rerun' },
    ]);
    assert.deepEqual(offered('too-large', '/w/data.npz'), ['pickData', 'rerun']);
  });

  it('is the log where no file is to blame', () => {
    assert.deepEqual(offered('unsupported', undefined), ['rerun', 'showLog']);
  });

  it('is something for every code there is, and nothing twice', () => {
    for (const code of FAULT_CODES)
      for (const source of [undefined, MODEL, '/w/data.npz', '/elsewhere']) {
        const ids = offered(code, source);
        assert.ok(ids.length > 0);
        assert.equal(new Set(ids).size, ids.length);
      }
  });
});
