import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { jsonText } from '../../src/cli/json';

describe('results for programs', () => {
  it('have numbers as digits alone, in sentences as well', () => {
    const result = {
      error: { message: 'There are 1,437 labels, but the data has 1,234,567 rows.', hint: 'About 2,000 would fit.' },
      findings: [{ sentence: 'of 12,345', rule: 'n = 1,000' }],
    };
    assert.deepEqual(JSON.parse(jsonText(result)), {
      error: { message: 'There are 1437 labels, but the data has 1234567 rows.', hint: 'About 2000 would fit.' },
      findings: [{ sentence: 'of 12345', rule: 'n = 1000' }],
    });
  });

  it('leave names, lists and all that is no sentence as they are', () => {
    const result = { name: '1,234.npy', message: 'Rows 3,400 4,5 and 1,23 of (1,2,3)', values: [1.5, null] };
    assert.deepEqual(JSON.parse(jsonText(result)), {
      name: '1,234.npy',
      message: 'Rows 3400 4,5 and 1,23 of (1,2,3)',
      values: [1.5, null],
    });
    assert.equal(jsonText({ values: Float64Array.of(1, 2) }), JSON.stringify({ values: Float64Array.of(1, 2) }));
  });
});
