import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { JsonError, parseStrictJson, type Json } from '../../src/base/strictJson';

function plain(value: Json): unknown {
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [key, plain(item as Json)]));
  return Array.isArray(value) ? (value as readonly Json[]).map(plain) : value;
}

describe('strict JSON', () => {
  it('reads what JSON.parse reads, as long as nothing comes twice', () => {
    const depthful = fc.jsonValue({ maxDepth: 6 });
    fc.assert(
      fc.property(depthful, fc.integer({ min: 0, max: 3 }), (value, space) => {
        const text = JSON.stringify(value, undefined, space);
        if (/\\ud[89a-f]/.test(text)) return;
        assert.deepEqual(JSON.parse(JSON.stringify(plain(parseStrictJson(text)))), JSON.parse(text));
      }),
    );
  });

  it('reads escapes, numbers of every form, and __proto__ as a key', () => {
    const text = '{"a\\u0041\\n\\/":[-0.5e+2, 0, true, null, "\\ud83d\\ude00"], "__proto__": {}}';
    const value = parseStrictJson(text) as ReadonlyMap<string, Json>;
    assert.deepEqual([...value.keys()], ['aA\n/', '__proto__']);
    assert.deepEqual(value.get('aA\n/'), [-50, 0, true, null, '😀']);
  });

  const refused: Readonly<Record<string, string>> = {
    'a key that comes twice': '{"a":1,"b":{"a":1,"a":2}}',
    'a key that comes twice by an escape': '{"a":1,"\\u0061":2}',
    'half of a surrogate pair': '"\\ud800"',
    'a control character': '"a\nb"',
    'a leading zero': '[01]',
    'a plus sign': '[+1]',
    'a bare point': '[.5]',
    NaN: '[NaN]',
    'a trailing comma': '[1,]',
    'a trailing comma in an object': '{"a":1,}',
    'a missing colon': '{"a" 1}',
    'a key that is no text': '{1:2}',
    'text after its end': '{} {}',
    'a comment': '[1] // one',
    nothing: '',
    'an open object': '{"a":1',
    'an open text': '"a',
  };
  for (const [what, text] of Object.entries(refused))
    it(`refuses ${what}`, () => {
      assert.throws(() => parseStrictJson(text), JsonError);
    });

  it('bounds depth and count', () => {
    assert.throws(() => parseStrictJson('['.repeat(100_000)), /nested more than 64 deep/);
    assert.throws(() => parseStrictJson('[1,2,3,4]', { maxValues: 4 }), /more than 4 values/);
  });
});
