import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkDeltas, checkRuns, checkThrift, Unsound } from '../../src/data/parquet/guards';

const view = (...bytes: readonly number[]) => new DataView(Uint8Array.from(bytes).buffer);
const long = (value: number): number[] =>
  value < 128 ? [value] : [(value & 127) | 128, ...long(Math.floor(value / 128))];

describe('the guards of Parquet refuse', () => {
  const unsound: Readonly<Record<string, () => unknown>> = {
    'a list of more elements than there are bytes': () => checkThrift(view(0x19, 0xf3, ...long(2 ** 27), 1, 1, 0), 0),
    'structures deep in one another': () => checkThrift(view(...new Array<number>(200).fill(0x1c), 0), 0),
    'lists deep in one another': () => checkThrift(view(0x19, ...new Array<number>(100_000).fill(0x19), 0), 0),
    'a text that ends after the bytes do': () => checkThrift(view(0x18, 9, 1, 0), 0),
    'a type that there is not': () => checkThrift(view(0x1f, 0), 0),
    'a run of more values than there are': () => checkRuns(view(...long(2 * 2 ** 27), 1), 0, 5, 1, 10),
    'packed values beyond the end': () => checkRuns(view(9, 1, 2), 0, 3, 8, 30),
    'many packed values of no bits': () => checkRuns(view(...long(2 * 2 ** 26 + 1)), 0, 4, 0, 10),
    'too few values': () => checkRuns(view(4, 1), 0, 2, 1, 10),
    'differences in very many blocks': () => checkDeltas(view(...long(2 ** 27), ...long(2 ** 27), 0), 0),
    'differences in no blocks': () => checkDeltas(view(0, 0, 0), 0),
  };
  for (const [what, check] of Object.entries(unsound)) it(what, () => void assert.throws(check, Unsound));
  it('nothing that is sound', () => {
    assert.equal(checkThrift(view(0x15, 2, 0x19, 0x25, 2, 4, 0x1c, 0x18, 1, 65, 0, 0), 0), 12);
    checkRuns(view(20, 1, 3, 0xff), 0, 4, 1, 18);
    checkRuns(view(20), 0, 1, 0, 10);
    checkDeltas(view(...long(128), 4, 0), 0);
  });
});
