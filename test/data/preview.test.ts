import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Random } from '../../src/base/random';
import type { DataSet } from '../../src/data/dataSet';
import { previewLayout, previewRow } from '../../src/data/preview';
import { openData } from '../../src/data/openData';
import type { InputPreview } from '../../src/protocol/panel';
import { faultOf, fixture } from './support';

function dataSet(
  rowShape: readonly number[],
  values: readonly number[] | Float64Array,
  more: Partial<DataSet> = {},
): DataSet {
  const width = rowShape.reduce((product, size) => product * size, 1);
  return {
    name: 'x.npy',
    rows: values.length / width,
    rowShape,
    values: Float64Array.from(values),
    type: 'float64',
    columns: undefined,
    treatment: 'taken as they are',
    dropped: [],
    warnings: [],
    ...more,
  };
}

function image(data: DataSet, row = 0, inputShape?: readonly (number | null)[]) {
  // What is made here is what the panel shows.
  const preview: InputPreview = previewRow(data, row, previewLayout(data, inputShape));
  assert.equal(preview.kind, 'image');
  return preview;
}

describe('rows that have the shape of an image', () => {
  it('are drawn from 0 to 1 where they lie there', () => {
    const { width, height, channels, pixels } = image(dataSet([2, 3], [0, 0.2, 0.4, 0.6, 0.8, 0.9]));
    assert.deepEqual([width, height, channels, [...pixels]], [3, 2, 1, [0, 51, 102, 153, 204, 230]]);
  });
  it('are drawn as the bytes they are', () => {
    assert.deepEqual([...image(dataSet([1, 2, 2], [0, 10, 200, 255], { type: 'uint8' })).pixels], [0, 10, 200, 255]);
    assert.deepEqual([...image(dataSet([2, 2], [0, 10, 200, 254])).pixels], [0, 10, 200, 254]);
  });
  it('are else drawn from their lowest to their highest value', () => {
    const data = dataSet([2, 2], [-2, 0, 1, 2, -1, -1, -1, -1]);
    assert.deepEqual([...image(data).pixels], [0, 128, 191, 255]);
    assert.deepEqual([...image(data, 1).pixels], [64, 64, 64, 64]);
    assert.match(previewLayout(data).note, /from -2 \(black\) to 2 \(white\)/);
  });
  it('may have their channels first or last', () => {
    const first = image(dataSet([3, 2, 2], [0, 0, 0, 0, 0.2, 0.2, 0.2, 0.2, 1, 1, 1, 1]));
    const last = image(dataSet([2, 2, 3], [0, 0.2, 1, 0, 0.2, 1, 0, 0.2, 1, 0, 0.2, 1]));
    assert.deepEqual([...first.pixels], [0, 51, 255, 0, 51, 255, 0, 51, 255, 0, 51, 255]);
    assert.deepEqual(last, first);
  });
  it('are drawn as the network takes them where they are flat', () => {
    const data = dataSet([6], [0, 0.2, 0.4, 0.6, 0.8, 1]);
    assert.deepEqual([image(data, 0, [1, 2, 3]).width, image(data, 0, [1, 2, 3]).height], [3, 2]);
    assert.equal(previewLayout(data, [1, 2, 2]).kind, 'cells');
    assert.equal(previewLayout(data, [null]).kind, 'cells');
  });
});

describe('flat rows', () => {
  it('of handwritten digits are guessed to be images, and the guess is said', () => {
    for (const name of ['f4_c.npy', 'u1.npy']) {
      const layout = previewLayout(openData(fixture('npy', name)));
      assert.deepEqual([layout.kind, layout.kind === 'image' && layout.width], ['image', 8]);
      assert.match(layout.note, /a guess/);
    }
  });

  it('of the same digits with their pixels in another order are not', () => {
    const digits = openData(fixture('npy', 'f4_c.npy'));
    for (let seed = 0; seed < 20; seed++) {
      const order = new Random(seed).permutation(64);
      const values = digits.values.map((_, at) => digits.values[Math.floor(at / 64) * 64 + order[at % 64]!]!);
      assert.equal(previewLayout({ ...digits, values }).kind, 'cells', `seed ${seed}`);
    }
  });

  it('of a table with correlated columns are hardly ever', () => {
    const random = new Random(1);
    let guessed = 0;
    for (let table = 0; table < 100; table++) {
      const mixing = Array.from({ length: 3 * 16 }, () => random.normal());
      const values: number[] = [];
      for (let row = 0; row < 60; row++) {
        const factors = [random.normal(), random.normal(), random.normal()];
        for (let column = 0; column < 16; column++)
          values.push(factors.reduce((sum, f, k) => sum + f * mixing[16 * k + column]!, 0.5 * random.normal()));
      }
      if (previewLayout(dataSet([16], values)).kind === 'image') guessed++;
    }
    assert.ok(guessed <= 5, `${guessed} of 100`);
  });

  it('of smooth colour images are guessed with the order of their channels', () => {
    const random = new Random(2);
    const side = 8;
    const first: number[] = [];
    const last: number[] = [];
    for (let row = 0; row < 60; row++) {
      const waves = Array.from({ length: 3 }, () => [random.normal(), random.normal(), random.normal()] as const);
      const at = (channel: number, y: number, x: number) => {
        const [a, b, c] = waves[channel]!;
        return a * Math.sin(x / 3) + b * Math.cos(y / 3) + c;
      };
      for (let i = 0; i < 3 * side * side; i++) {
        first.push(at(Math.floor(i / 64), Math.floor((i % 64) / 8), i % 8));
        last.push(at(i % 3, Math.floor(i / 24), Math.floor(i / 3) % 8));
      }
    }
    for (const [values, order] of [
      [first, 'channels first'],
      [last, 'channels last'],
    ] as const) {
      const layout = previewLayout(dataSet([192], values));
      assert.deepEqual([layout.kind, layout.kind === 'image' && layout.order], ['image', order]);
    }
  });

  it('that do not vary, or are one alone, are values', () => {
    assert.equal(previewLayout(dataSet([16], new Float64Array(160))).kind, 'cells');
    assert.equal(
      previewLayout(
        dataSet(
          [16],
          Array.from({ length: 16 }, (_, i) => i),
        ),
      ).kind,
      'cells',
    );
  });
});

describe('rows of values', () => {
  it('are shown with the names of their columns', () => {
    const data = dataSet([2], [1.23456789, 5, -0.5, 1e-9], { columns: ['length', 'width'] });
    assert.deepEqual(previewRow(data, 1, previewLayout(data)), {
      kind: 'cells',
      row: 1,
      cells: [
        { name: 'length', value: '-0.5' },
        { name: 'width', value: '1e-9' },
      ],
    });
  });
  it('are named by their place where they have no names, and cut short where they are many', () => {
    const data = dataSet([2, 2, 200], new Float64Array(800));
    const preview = previewRow(data, 0, previewLayout(data));
    assert.ok(preview.kind === 'cells');
    assert.equal(preview.cells[201]?.name, '[0, 1, 1]');
    assert.deepEqual([preview.cells.length, preview.cells.at(-1)?.value], [257, '544 more']);
  });
  it('must be there', () => {
    const data = dataSet([2], [1, 2]);
    for (const row of [1, -1, 0.5, NaN]) faultOf('usage', () => previewRow(data, row, previewLayout(data)));
  });
});
