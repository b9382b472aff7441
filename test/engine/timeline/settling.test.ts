import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { PATIENCE_MILLISECONDS, SETTLE_MILLISECONDS, Settling } from '../../../src/engine/timeline/settling';

const START = 1e12;
const seen = (stamp: string, modified = START, file = 'a.pt') => ({ file, stamp, modified });

describe('Settling', () => {
  it('takes at once what was last written long ago', () => {
    assert.deepEqual(new Settling().look([seen('1', START - 60_000)], START).ready, ['a.pt']);
  });

  it('waits for a file that is being written until it is still, and says how long', () => {
    const settling = new Settling();
    assert.deepEqual(settling.look([seen('1')], START), { ready: [], gone: [], wait: SETTLE_MILLISECONDS });
    assert.deepEqual(settling.look([seen('2')], START + 600).ready, []);
    assert.equal(settling.look([seen('2')], START + 1000).wait, SETTLE_MILLISECONDS - 400);
    assert.deepEqual(settling.look([seen('2')], START + 600 + SETTLE_MILLISECONDS).ready, ['a.pt']);
  });

  it('takes a file once, and again when it is overwritten', () => {
    const settling = new Settling();
    settling.look([seen('1', 0)], START);
    settling.took('a.pt');
    assert.deepEqual(settling.look([seen('1', 0)], START + 9000), { ready: [], gone: [], wait: undefined });
    assert.deepEqual(settling.look([seen('2', START + 9000)], START + 9000).ready, []);
    assert.deepEqual(settling.look([seen('2', START + 9000)], START + 9000 + SETTLE_MILLISECONDS).ready, ['a.pt']);
  });

  it('reports a file that stays broken once, after it has waited for whoever writes it', () => {
    const settling = new Settling();
    settling.look([seen('1')], START);
    assert.deepEqual(settling.look([seen('1')], START + 1000).ready, ['a.pt']);
    assert.equal(settling.couldNot('a.pt', START + 1000), 'wait');
    assert.deepEqual(settling.look([seen('1')], START + 2000).ready, []);
    assert.deepEqual(settling.look([seen('1')], START + PATIENCE_MILLISECONDS).ready, ['a.pt']);
    assert.equal(settling.couldNot('a.pt', START + PATIENCE_MILLISECONDS), 'final');
    settling.took('a.pt');
    assert.deepEqual(settling.look([seen('1')], START + 60_000), { ready: [], gone: [], wait: undefined });
  });

  it('does not call a file gone that is deleted and written again', () => {
    const settling = new Settling();
    settling.look([seen('1', 0)], START);
    settling.took('a.pt');
    assert.deepEqual(settling.look([], START + 1000).gone, []);
    assert.deepEqual(settling.look([seen('2', START + 1100)], START + 1100).gone, []);
    assert.deepEqual(settling.look([], START + 2000).gone, []);
    assert.deepEqual(settling.look([], START + 2000 + SETTLE_MILLISECONDS).gone, ['a.pt']);
  });

  it('reads nothing that has changed within the last moment, and in the end the last state of every file', () => {
    const step = fc.record({ file: fc.constantFrom('a', 'b', 'c'), after: fc.integer({ min: 0, max: 1500 }) });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 30 }), writes => {
        const settling = new Settling();
        const disk = new Map<string, { stamp: string; modified: number }>();
        const read = new Map<string, string>();
        let now = START;
        const look = () => {
          const files = [...disk].map(([file, state]) => ({ file, ...state }));
          for (const file of settling.look(files, now).ready) {
            const { stamp, modified } = disk.get(file)!;
            assert.ok(now - modified >= SETTLE_MILLISECONDS, `${file} was read ${now - modified} ms after a change`);
            assert.notEqual(read.get(file), stamp, `${file} was read twice`);
            read.set(file, stamp);
            settling.took(file);
          }
        };
        writes.forEach(({ file, after }, at) => {
          disk.set(file, { stamp: String(at), modified: now });
          look();
          now += after;
          look();
        });
        now += SETTLE_MILLISECONDS;
        look();
        for (const [file, { stamp }] of disk) assert.equal(read.get(file), stamp);
      }),
    );
  });
});
