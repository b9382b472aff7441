import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { argumentsAsJson } from '../../../src/host/python/pythonArguments';

describe('argumentsAsJson', () => {
  it('takes JSON and keywords as Python writes them', () => {
    for (const [typed, json] of [
      ['', '{}'],
      ['{"hidden": 3}', '{"hidden":3}'],
      ['[1, 2]', '[1,2]'],
      [
        "hidden=128, bias=False, sizes=(1, 2,), name='a', extra=None",
        '{"hidden":128,"bias":false,"sizes":[1,2],"name":"a","extra":null}',
      ],
    ] as const)
      assert.equal(argumentsAsJson(typed), json, typed);
  });

  it('refuses what is neither, code above all', () => {
    for (const typed of ['128', 'hidden=', 'hidden', 'hidden=print(1)', 'a b', '"text"'])
      assert.equal(argumentsAsJson(typed), undefined, typed);
  });
});
