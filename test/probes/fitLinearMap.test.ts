import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Cancellation } from '../../src/base/cancellation';
import { Random } from '../../src/base/random';
import { fitLinearMap } from '../../src/probes/fitLinearMap';

describe('a linear map that is fitted between patches of images', () => {
  it('is the same, and takes the patches where they come from, whether channels are first or last', () => {
    const [count, channels, side, outputs, stride] = [80, 2, 4, 3, 2];
    const random = new Random(1, 'images');
    const weight = Array.from({ length: channels * stride ** 2 * outputs }, () => random.normal());
    const area = side ** 2;
    const half = side / stride;
    const first = Float32Array.from({ length: count * channels * area }, () => random.normal());
    const answers = new Float32Array(count * outputs * half ** 2);
    for (let row = 0; row < count; row++)
      for (let o = 0; o < outputs; o++)
        for (let place = 0; place < half ** 2; place++)
          for (let input = 0; input < channels * stride ** 2; input++) {
            const [c, y, x] = [Math.floor(input / 4), Math.floor(input / 2) % 2, input % 2];
            const at = (Math.floor(place / half) * stride + y) * side + (place % half) * stride + x;
            answers[(row * outputs + o) * half ** 2 + place]! += first[(row * channels + c) * area + at]! * weight[input * outputs + o]!; // prettier-ignore
          }
    const last = (values: Float32Array, depth: number, size: number) =>
      values.map((_, k) => {
        const [row, place, c] = [Math.floor(k / (depth * size)), Math.floor(k / depth) % size, k % depth];
        return values[(row * depth + c) * size + place]!;
      });
    const layer = (values: Float32Array, shape: readonly number[]) => ({ count, width: values.length / count, shape, values }); // prettier-ignore
    const fit = (order: 'first' | 'last') =>
      fitLinearMap(
        order === 'first'
          ? layer(first, [channels, side, side])
          : layer(last(first, channels, area), [side, side, channels]),
        order === 'first'
          ? layer(answers, [outputs, half, half])
          : layer(last(answers, outputs, half ** 2), [half, half, outputs]),
        { form: { kind: 'patches', stride, channels: order }, inputs: channels * stride ** 2, outputs },
        0,
        Cancellation.never,
      );
    const [one, other] = [fit('first'), fit('last')];
    assert.deepEqual(other.weight, one.weight);
    assert.deepEqual(other.bias, one.bias);
    weight.forEach((value, k) =>
      assert.ok(Math.abs(one.weight[k]! - value) < 0.01, `${k}: ${one.weight[k]}, not ${value}`),
    );
  });
});
