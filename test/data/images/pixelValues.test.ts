import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pixelValues } from '../../../src/data/images/pixelValues';

const imageNet = { image_mean: [0.485, 0.456, 0.406], image_std: [0.229, 0.224, 0.225], do_normalize: true };

describe('the values of pixels', () => {
  it('are rescaled, less the mean, over the deviation, by channel', () => {
    const { scale, offset, words } = pixelValues(imageNet, 'config.json')!;
    assert.equal(scale.length, 3);
    for (const [channel, sample] of [
      [0, 0],
      [1, 128],
      [2, 255],
    ] as const) {
      // prettier-ignore
      const wanted = (sample / 255 - imageNet.image_mean[channel]!) / imageNet.image_std[channel]!;
      assert.ok(Math.abs(sample * scale[channel]! + offset[channel]! - wanted) < 1e-12);
    }
    assert.match(words, /^multiplied by 1\/255, less 0\.485, 0\.456, 0\.406, over 0\.229, .* config\.json says$/);
  });
  it('need not be rescaled, nor told by channel', () => {
    const { scale, offset } = pixelValues({ image_mean: 127.5, image_std: [127.5], do_rescale: false }, 'c')!;
    assert.deepEqual([scale, offset], [[1 / 127.5], [-1]]);
  });
  it('are not known where nothing sound is said', () => {
    const unsound = [
      null,
      [],
      {},
      { ...imageNet, do_normalize: false },
      { ...imageNet, image_std: [0.2, 0, 0.2] },
      { ...imageNet, image_mean: [0.5, 'x', 0.5] },
      { ...imageNet, image_mean: [0.5, 0.5] },
      { ...imageNet, rescale_factor: 0 },
    ];
    for (const config of unsound) assert.equal(pixelValues(config, 'c'), undefined);
  });
});
