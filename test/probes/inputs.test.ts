import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { float16 } from '../../src/models/elements';
import { toFloat16 } from '../../src/probes/float16';
import { forecastCapture } from '../../src/probes/forecast';
import { randomInput } from '../../src/probes/randomInput';
import { runtimeFault } from '../../src/probes/onnx/runtimeFault';
import { graph, model, node, perceptron, tensor, value, weights } from '../models/onnxBuilder';
import { openBytes } from '../models/openBytes';

describe('float16', () => {
  it('comes back as it was, for all 63,488 finite numbers', () => {
    for (let bits = 0; bits < 0x10000; bits++) {
      if ((bits & 0x7c00) === 0x7c00) continue;
      assert.equal(toFloat16(float16(bits)), bits);
    }
  });
  it('is the nearest, ties to even', () => {
    assert.equal(toFloat16(1 + 2 ** -11), 0x3c00);
    assert.equal(toFloat16(1 + 3 * 2 ** -11), 0x3c02);
    assert.equal(toFloat16(65520), 0x7c00);
    assert.equal(toFloat16(65519), 0x7bff);
    assert.equal(toFloat16(2 ** -25), 0);
    assert.equal(toFloat16(NaN) & 0x7c00, 0x7c00);
    fc.assert(
      fc.property(fc.double({ min: -65000, max: 65000, noNaN: true }), x => {
        const error = Math.abs(float16(toFloat16(x)) - x);
        assert.ok(error <= Math.max(2 ** -25, Math.abs(x) * 2 ** -11 * 1.0001));
      }),
      { seed: 20261124 },
    );
  });
});

describe('random input', () => {
  it('has the network’s shape, the same for the same seed', () => {
    const network = openBytes(perceptron([6, 4, 2]));
    const one = randomInput(network, 50, 1);
    assert.deepEqual([one.rows, ...one.rowShape], [50, 6]);
    assert.deepEqual(randomInput(network, 50, 1), one);
    assert.notDeepEqual(randomInput(network, 50, 2).values, one.values);
    const mean = Float64Array.from(one.values).reduce((a, b) => a + b, 0) / one.values.length;
    assert.ok(Math.abs(mean) < 0.2);
    assert.match(one.treatment, /normal.*seed 1/);
  });
  it('of images is in 0–1, of tokens within the vocabulary', () => {
    const image = openBytes(
      model(
        graph({
          nodes: [node('Relu', ['x'], ['y'])],
          inputs: [value('x', ['batch', 3, 'h', 'w'])],
          outputs: [value('y')],
        }),
      ),
    );
    const pixels = randomInput(image, 2, 0);
    assert.deepEqual(pixels.rowShape, [3, 32, 32]);
    assert.ok(pixels.values.every(one => one >= 0 && one < 1));
    const lookup = openBytes(
      model(
        graph({
          nodes: [node('Gather', ['e.weight', 'ids'], ['y'])],
          initializers: [tensor('e.weight', [7, 2], weights(14))],
          inputs: [value('ids', ['batch', 'seq'], 7)],
          outputs: [value('y')],
        }),
      ),
    );
    const ids = randomInput(lookup, 20, 0).values;
    assert.ok(ids.every(id => Number.isInteger(id) && id >= 0 && id < 7));
    assert.ok(new Set(ids).size === 7);
  });
});

describe('the forecast of a capture', () => {
  it('is the points kept times their width', () => {
    const network = openBytes(
      model(
        graph({
          nodes: [node('Conv', ['x', 'c.weight'], ['y'], { name: '/c/Conv', attributes: { pads: [1, 1, 1, 1] } })],
          initializers: [tensor('c.weight', [5, 1, 3, 3], weights(45))],
          inputs: [value('x', ['batch', 1, 8, 8])],
          outputs: [value('y')],
        }),
      ),
    );
    const one = (...more: [undefined | 'flatten' | 'positions', number?]) =>
      forecastCapture(network.layers, 100, ...more)[0];
    assert.deepEqual(one(undefined), { name: 'c', bytes: 100 * 5 * 4, bytesPerRow: 5 * 64 * 4, width: 5, points: 100 });
    assert.equal(one('flatten')?.bytes, 100 * 320 * 4);
    assert.equal(one('positions', 250)?.points, 250);
  });
});

describe('what the runtime throws', () => {
  const cases: [string, string, RegExp][] = [
    [
      "Could not find an implementation for QuantizeLinear(19) node with name 'q1'",
      'unsupported',
      /"q1".*version 19 of the operator QuantizeLinear/,
    ],
    ['Fatal error: com.example:Fancy(-1) is not a registered function/op', 'unsupported', /com\.example\.Fancy/],
    ['Fatal error: :Foo(99) is not a registered function/op', 'unsupported', /operator Foo,/],
    [
      '/build/onnxruntime/core/graph/model.cc:180 Model Unsupported model IR version: 99, max supported IR version: 13',
      'unsupported',
      /newer version/,
    ],
    [
      "Non-zero status code returned while running Reshape node. Name:'/r/Reshape' Status Message: /b/reshape_helper.h:45 onnxruntime::ReshapeHelper::ReshapeHelper() the input tensor cannot be reshaped to the requested shape",
      'shape-mismatch',
      /"\/r\/Reshape" \(Reshape\).*cannot be reshaped/,
    ],
    ['std::bad_alloc', 'too-large', /memory/],
    ['something else entirely', 'unsupported', /something else entirely/],
  ];
  for (const [text, code, says] of cases) {
    it(`is ${code}: ${text.slice(0, 60)}`, () => {
      const fault = runtimeFault(new Error(text), 'm.onnx');
      assert.equal(fault.code, code);
      assert.match(fault.message, says);
      assert.equal(fault.source, 'm.onnx');
      assert.doesNotMatch(fault.message, /\.cc|\.h:|\n/);
    });
  }
});
