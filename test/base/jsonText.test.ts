import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { JsonText } from '../../src/base/jsonText';
import { parseStrictJson, type Json, type JsonObject } from '../../src/base/strictJson';

const object = (value: Json) => value as JsonObject;

describe('JSON whose text is kept', () => {
  it('changes a value where it stands, and nothing else', () => {
    const text = '{ "b":1.0,\n\t"a": {"x": [1, 2.50, 3]} }\n';
    const json = new JsonText(text);
    const a = object(object(json.value).get('a')!);
    const changed = new Map([...object(json.value), ['a', new Map([...a, ['x', [1, 2.5, 4]]])]] as [string, Json][]);
    assert.equal(json.with(changed), text.replace('3]', '4]'));
  });

  it('drops and adds entries as the others are written', () => {
    const json = new JsonText('{"a": 1, "b": 2.0, "c": 3}');
    assert.equal(
      json.with(
        new Map<string, Json>([
          ['a', 1],
          ['c', 3],
        ]),
      ),
      '{"a": 1, "c": 3}',
    );
    assert.equal(
      json.with(
        new Map<string, Json>([
          ['b', 2],
          ['c', 3],
        ]),
      ),
      '{"b": 2.0, "c": 3}',
    );
    assert.equal(
      json.with(new Map<string, Json>([...object(json.value), ['d', [true, null]]])),
      '{"a": 1, "b": 2.0, "c": 3, "d": [true, null]}',
    );
    assert.equal(json.with(new Map()), '{}');
    assert.equal(new JsonText('[1.0,2.0,3.0]').with([1, 3]), '[1.0,3.0]');
    assert.equal(new JsonText('[ ]').with([1]), '[1 ]');
  });

  it('keeps the text of what is moved', () => {
    const json = new JsonText('[{"rate":1.0},{"rate":2.0}]');
    const [one, two] = json.value as readonly Json[];
    assert.equal(json.with([two!, one!]), '[{"rate":2.0},{"rate":1.0}]');
    assert.equal(json.with([two!, one!, one!]), '[{"rate":2.0},{"rate":1.0},{"rate":1.0}]');
  });

  it('reads as the new value, whatever is changed into whatever, in any spacing', () => {
    const value = fc.json({ maxDepth: 4 }).map(text => parseStrictJson(text));
    const texts = fc
      .tuple(fc.jsonValue({ maxDepth: 4 }), fc.constantFrom(undefined, 1, '\t'))
      .map(([from, space]) => JSON.stringify(from, null, space));
    fc.assert(
      fc.property(texts, value, (text, to) => {
        let json;
        try {
          json = new JsonText(text);
        } catch {
          return; // Halves of characters are no strict JSON.
        }
        assert.equal(json.with(json.value), text);
        assert.deepEqual(parseStrictJson(json.with(to)), to);
      }),
    );
  });

  it('reads as the new value where that is made of the old one’s parts', () => {
    const items = fc.array(fc.record({ name: fc.string(), size: fc.integer() }), { maxLength: 6 });
    fc.assert(
      fc.property(items, fc.array(fc.nat(20), { maxLength: 6 }), (list, picks) => {
        let json;
        try {
          json = new JsonText(JSON.stringify(list));
        } catch {
          return;
        }
        const before = json.value as readonly Json[];
        const after = picks.map(pick => before[pick] ?? pick);
        assert.deepEqual(parseStrictJson(json.with(after)), after);
      }),
    );
  });
});
