import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { MemorySource } from '../../src/base/bytes';
import { Fault } from '../../src/base/fault';
import { replaced, SplicedSource, type Part } from '../../src/base/splicedSource';

describe('a file made of parts', () => {
  it('reads as its parts one after another, from any place', () => {
    const bytes = fc.uint8Array({ maxLength: 20 }).map(array => Uint8Array.from(array));
    const parts = fc.array(
      fc.oneof(
        bytes,
        bytes.map(own => ({ of: new MemorySource('whole', own), from: own.length >> 2, to: own.length })),
      ),
    );
    fc.assert(
      fc.property(parts, fc.nat(), fc.nat(), (all: Part[], a, b) => {
        const whole = Uint8Array.from(
          all.flatMap(part =>
            part instanceof Uint8Array ? [...part] : [...part.of.read(part.from, part.to - part.from)],
          ),
        );
        const source = new SplicedSource('made', all);
        assert.equal(source.size, whole.length);
        const from = a % (whole.length + 1);
        const length = b % (whole.length - from + 1);
        assert.deepEqual(source.read(from, length), whole.slice(from, from + length));
      }),
    );
  });

  it('has ranges replaced, inserted and left out', () => {
    const source = new MemorySource('letters', new TextEncoder().encode('abcdefgh'));
    const by = (text: string) => [new TextEncoder().encode(text)];
    const made = replaced(source, [
      { from: 6, to: 8, by: [] },
      { from: 1, to: 3, by: by('XYZ') },
      { from: 3, to: 3, by: by('+') },
    ]);
    assert.equal(new TextDecoder().decode(made.read(0, made.size)), 'aXYZ+def');
    assert.equal(replaced(source, []), source);
  });

  it('ends where it ends', () => {
    const made = new SplicedSource('made', [Uint8Array.of(1, 2)]);
    assert.throws(() => made.read(1, 2), Fault);
    assert.throws(() => made.read(-1, 1), Fault);
    assert.equal(made.read(2, 0).length, 0);
  });
});
