import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  bytes,
  externalTensor,
  graph,
  int,
  join,
  model,
  node,
  rawFloats,
  rawTensor,
  tensor,
  value,
  varint,
  type Bytes,
} from '../onnxBuilder';
import { FakeSiblings, faultOf, openBytes } from '../openBytes';

const dense = (weight: Bytes) =>
  model(
    graph({
      nodes: [node('MatMul', ['x', 'fc.weight'], ['y'], { name: '/fc/MatMul' })],
      initializers: [weight],
      inputs: [value('x', ['batch', 2])],
      outputs: [value('y', ['batch', 3])],
    }),
  );
const read = (weight: Bytes, siblings = new FakeSiblings()) => [
  ...openBytes(dense(weight), siblings).readWeight('fc.weight').values,
];

describe('values of stored tensors', () => {
  it('are read from raw bytes of every float type', () => {
    assert.deepEqual(read(tensor('fc.weight', [2, 3], [0, 1, -2, 0.5, 3, 4])), [0, 1, -2, 0.5, 3, 4]);
    const doubles = new Uint8Array(Float64Array.of(0, 1, -2, 0.5, 3, 4).buffer);
    assert.deepEqual(read(rawTensor('fc.weight', [2, 3], 11, doubles)), [0, 1, -2, 0.5, 3, 4]);
    // 0, 1, −2, 65504 (the largest), 2⁻²⁴ (the smallest), ∞
    const halves = new Uint8Array(Uint16Array.of(0, 0x3c00, 0xc000, 0x7bff, 1, 0x7c00).buffer);
    assert.deepEqual(read(rawTensor('fc.weight', [2, 3], 10, halves)), [0, 1, -2, 65504, 2 ** -24, Infinity]);
    const brain = new Uint8Array(Uint16Array.of(0, 0x3f80, 0xc000, 0x3f00, 0x4040, 0x4080).buffer);
    assert.deepEqual(read(rawTensor('fc.weight', [2, 3], 16, brain)), [0, 1, -2, 0.5, 3, 4]);
  });

  it('are read from repeated fields, packed or not', () => {
    const head = join(int(1, 2), int(1, 3), bytes(8, 'fc.weight'));
    const packed = join(head, int(2, 1), bytes(4, rawFloats([0, 1, -2, 0.5, 3, 4])));
    assert.deepEqual(read(packed), [0, 1, -2, 0.5, 3, 4]);
    const single = [0, 1, -2, 0.5, 3, 4].map(one => join(varint(4 * 8 + 5), rawFloats([one])));
    assert.deepEqual(read(join(head, int(2, 1), ...single)), [0, 1, -2, 0.5, 3, 4]);
    const halves = join(head, int(2, 10), bytes(5, join(...[0, 0x3c00, 0xc000, 0x3800, 0x4200, 0x4400].map(varint))));
    assert.deepEqual(read(halves), [0, 1, -2, 0.5, 3, 4]);
  });

  it('of quantised networks are read as what their bits stand for', () => {
    const weightOf = (type: number, raw: Bytes, count: number) =>
      openBytes(
        model(
          graph({
            nodes: [
              node('DequantizeLinear', ['q', 's'], ['w'], { name: 'dequantise' }),
              node('MatMul', ['x', 'w'], ['y'], { name: 'dense' }),
            ],
            initializers: [rawTensor('q', [count, 1], type, raw), tensor('s', [], [1])],
            inputs: [value('x', ['batch', count])],
            outputs: [value('y')],
          }),
        ),
      ).readWeight('q').values;
    assert.deepEqual([...weightOf(3, Uint8Array.of(1, 255, 128), 3)], [1, -1, -128]);
    // Two of four bits a byte, the first in the low half.
    assert.deepEqual([...weightOf(22, Uint8Array.of(0x91, 0x07), 3)], [1, -7, 7]);
    assert.deepEqual([...weightOf(21, Uint8Array.of(0x91, 0x07), 3)], [1, 9, 7]);
    // E4M3FN: 1, −448 (the largest), NaN, 2⁻⁹ (the smallest)
    assert.deepEqual([...weightOf(17, Uint8Array.of(0x38, 0xfe, 0x7f, 1), 4)], [1, -448, NaN, 2 ** -9]);
    // E5M2: 1, −∞, 57344 (the largest)
    assert.deepEqual([...weightOf(19, Uint8Array.of(0x3c, 0xfc, 0x7b), 3)], [1, -Infinity, 57344]);
  });

  it('in a file beside the model are read from their offset, when asked for', () => {
    const siblings = new FakeSiblings({ 'model.onnx.data': join(new Uint8Array(8), rawFloats([0, 1, -2, 0.5, 3, 4])) });
    const weight = externalTensor('fc.weight', [2, 3], { location: 'model.onnx.data', offset: '8', length: '24' });
    assert.deepEqual(read(weight, siblings), [0, 1, -2, 0.5, 3, 4]);
    assert.deepEqual(siblings.opened, ['model.onnx.data']);
  });
});

describe('values that are not finite', () => {
  const warnings = (weight: Bytes) => openBytes(dense(weight)).warnings;

  it('are warned of by tensor and row, whatever the float type', () => {
    const [warning, ...others] = warnings(tensor('fc.weight', [2, 3], [0, 1, 2, NaN, -Infinity, 3]));
    assert.deepEqual(others, []);
    assert.equal(warning?.code, 'not-finite');
    assert.equal(warning.message, 'fc.weight holds 1 NaN and 1 infinite values, in row 1.');
    const halves = new Uint8Array(Uint16Array.of(0x7e00, 0, 0, 0, 0, 0x7c00).buffer);
    assert.match(
      warnings(rawTensor('fc.weight', [2, 3], 10, halves))[0]!.message,
      /1 NaN and 1 infinite values, in rows 0, 1\./,
    );
    const doubles = new Uint8Array(Float64Array.of(0, 0, 0, 0, NaN, 0).buffer);
    assert.match(warnings(rawTensor('fc.weight', [2, 3], 11, doubles))[0]!.message, /1 NaN value, in row 1\./);
  });

  it('name a few rows and count the others', () => {
    const message = warnings(tensor('fc.weight', [12, 1], new Array<number>(12).fill(NaN)))[0]!.message;
    assert.match(message, /12 NaN values, in rows 0, 1, 2, 3, 4 and 7 more\./);
  });

  it('are not looked for in finite weights of the largest size', () => {
    assert.deepEqual(warnings(tensor('fc.weight', [2, 3], [3.4e38, -3.4e38, 1e-45, 0, -0, 1])), []);
  });
});

describe('tensors that are not all there', () => {
  const code = (weight: Bytes, siblings = new FakeSiblings()) => faultOf(dense(weight), siblings)?.code;
  const raw = rawFloats([1, 2, 3, 4, 5, 6]);

  it('are corrupt: too few or too many bytes, or none', () => {
    assert.equal(code(rawTensor('fc.weight', [2, 3], 1, raw.slice(0, 20))), 'corrupt');
    assert.equal(code(rawTensor('fc.weight', [2, 2], 1, raw)), 'corrupt');
    assert.equal(code(join(int(1, 2), int(1, 3), int(2, 1), bytes(8, 'fc.weight'))), 'corrupt');
  });

  it('are corrupt: shapes that no file holds, negative, or whose product overflows', () => {
    for (const dims of [[2n ** 62n, 3n], [2n ** 40n, 64n], [-1n, -6n], [2n ** 32n, 2n ** 32n], [2n ** 63n - 1n]]) {
      assert.equal(
        code(
          join(
            dims.map(dim => int(1, dim)),
            int(2, 1),
            bytes(8, 'fc.weight'),
            bytes(9, raw),
          ),
        ),
        'corrupt',
        String(dims),
      );
    }
  });

  it('are corrupt: values of another type than said, or twice', () => {
    assert.equal(code(join(int(1, 2), int(1, 3), int(2, 99), bytes(8, 'fc.weight'), bytes(9, raw))), 'corrupt');
    assert.equal(code(join(int(1, 6), int(2, 1), bytes(8, 'fc.weight'), bytes(10, new Uint8Array(48)))), 'corrupt');
    assert.equal(code(join(tensor('fc.weight', [6], [1, 2, 3, 4, 5, 6]), bytes(4, raw))), 'corrupt');
  });
});
