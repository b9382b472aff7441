import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { planImages } from '../../../src/data/images/imagePlan';

const grey = { sizes: [{ width: 8, height: 8 }], colour: false };
const photo = { sizes: [{ width: 40, height: 30 }], colour: true };
const several = { sizes: [{ width: 40, height: 30 }, { width: 9, height: 9 }], colour: true }; // prettier-ignore
const target = (shape: readonly (number | null)[], more = {}) => ({ shape, type: 'float32', ...more });

describe('images take from the network’s input', () => {
  const cases: readonly (readonly [string, Parameters<typeof planImages>, readonly number[], RegExp])[] = [
    ['nothing, where there is none', [grey, undefined], [1, 8, 8], /in grey, scaled from 0–255 to 0–1$/],
    ['channels first', [photo, target([null, 3, 30, 40])], [3, 30, 40], /channels first/],
    ['channels last', [photo, target([null, 30, 40, 3])], [30, 40, 3], /channels last/],
    ['their size', [photo, target([null, 3, 224, 224])], [3, 224, 224], /resized from 40 × 30/],
    ['their size, of images of several', [several, target([1, 224, 224, 3])], [224, 224, 3], /from 2 sizes/],
    ['grey', [photo, target([null, 1, 30, 40])], [1, 30, 40], /made grey/],
    ['colour', [grey, target([null, 3, 8, 8])], [3, 8, 8], /grey taken for all three channels/],
    ['grey, of a matrix a row', [photo, target([null, 30, 40])], [1, 30, 40], /made grey/],
    ['as many values as there are, in grey', [photo, target([null, 1200])], [1, 30, 40], /made grey/],
    ['as many values as there are, in colour', [photo, target([null, 3600])], [3, 30, 40], /in colour/],
    ['free sides as they are', [photo, target([null, 3, null, null])], [3, 30, 40], /^images of 40 × 30/],
    ['one axis less', [photo, target([3, 30, 40])], [3, 30, 40], /channels first/],
    ['channels last by their kind', [photo, target([null, 3600], { channelsLast: true })], [30, 40, 3], /last/],
    ['whole numbers', [photo, target([null, 30, 40, 3], { type: 'uint8' })], [30, 40, 3], /0 to 255/],
    ['nothing but the scale that is given', [grey, target([null, 64]), { scale: 2 }], [1, 8, 8], /multiplied by 2$/],
  ];
  for (const [what, given, rowShape, words] of cases)
    it(what, () => {
      const plan = planImages(...given);
      assert.deepEqual(plan?.rowShape, rowShape);
      assert.match(plan.treatment, words);
    });
  it('no size, where they have several and the input has none', () => {
    assert.equal(planImages(several, target([null, 3, null, null])), undefined);
    assert.equal(planImages(several, undefined), undefined);
  });
  it('what is known of the values that it takes', () => {
    const pixels = { scale: [1 / 127.5], offset: [-1], words: 'scaled to −1…1' };
    const plan = planImages(photo, target([null, 3, 30, 40], { pixels }));
    assert.deepEqual(
      [plan?.scale, plan?.offset],
      [
        [1 / 127.5, 1 / 127.5, 1 / 127.5],
        [-1, -1, -1],
      ],
    );
    assert.match(plan!.treatment, /−1…1/);
  });
});

describe('what a person chooses of pixels', () => {
  it('goes before what the network says, and the factor before both', () => {
    const pixels = { scale: [1], offset: [0], words: 'kept' };
    const known = target([null, 3, 30, 40], { pixels });
    assert.deepEqual(planImages(photo, known, { pixels: 'signed' })?.offset, [-1, -1, -1]);
    assert.match(planImages(photo, known, { pixels: 'imagenet' })!.treatment, /less 0\.485, 0\.456, 0\.406/);
    assert.deepEqual(planImages(photo, known, { pixels: 'unit', scale: 2 })?.scale, [2, 2, 2]);
  });

  it('turns colours round where blue comes first, and grey is the same', () => {
    const pixels = { scale: [1], offset: [0], reversed: true, words: 'blue first' };
    assert.equal(planImages(photo, target([null, 3, 30, 40], { pixels }))?.reversed, true);
    assert.equal(planImages(grey, target([null, 1, 8, 8], { pixels }))?.reversed, false);
  });
});
