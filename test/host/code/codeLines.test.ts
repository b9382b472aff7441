import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { barcodePicture, pictureColours } from '../../../src/host/code/barcodePicture';
import {
  codeLayersIn,
  definitionOf,
  shifted,
  type CodeLayer,
  type LinkedNetwork,
} from '../../../src/host/code/codeLayers';
import { hoverLines } from '../../../src/host/code/hoverText';
import { lensState, MOST_LETTERS, signed } from '../../../src/host/code/lensText';
import { shrinkable } from '../../../src/host/code/shrinkable';
import { topologyPicture } from '../../../src/host/code/topologyPicture';
import type { MeasuredLayer, MeasuredModel } from '../../../src/host/results/measuredModel';
import { english } from '../../../src/host/base/translate';
import { matchNetwork } from '../../../src/source/match';
import type { ModelLayer } from '../../../src/source/modelSizes';
import { networksIn } from '../../source/sources';

const SOURCE = `from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 32, 3)
        self.bn = nn.BatchNorm2d(32)
        self.blocks = nn.ModuleList([nn.Linear(32, 32) for _ in range(3)])
        self.out = nn.Linear(32, 10)
`;
const layer = (name: string, op: string, ...shape: number[]): ModelLayer => ({
  name,
  op,
  outputs: shape[0],
  weights: [{ name: `${name}.weight`, shape }],
});
const MODEL = [
  layer('conv', 'Conv', 32, 1, 3, 3),
  layer('bn', 'BatchNormalization', 32),
  ...[0, 1, 2].map(index => layer(`blocks.${index}`, 'Gemm', 32, 32)),
  layer('out', 'Gemm', 10, 32),
];

async function linked(more: Partial<LinkedNetwork> = {}, text = SOURCE): Promise<LinkedNetwork> {
  const [network] = await networksIn({ 'm.py': text });
  return {
    file: '/w/m.py',
    name: 'Net',
    model: '/w/m.onnx',
    choices: ['/w/m.onnx'],
    match: { network: network!, ...matchNetwork(network!, MODEL) },
    layers: MODEL,
    ...more,
  };
}

const measuredLayer = (removable: number, value: number): MeasuredLayer => ({
  units: 32,
  removable,
  channelsPerUnit: 1,
  change: { value, low: value - 0.004, high: value + 0.004 },
  bars: [0.1, 0.2, 5],
});
const kept = { sha256: '', asked: '', data: '/w/digits.npz#X', when: 0 };
const measuredAs = (layers: Readonly<Record<string, MeasuredLayer>>, redundant = {}): MeasuredModel => ({
  pruning: { ...kept, kind: 'pruning', measure: 'accuracy', heldOutRows: 1234, layers },
  removal: { ...kept, kind: 'removal', redundant },
  definitions: {},
  isOlder: false,
});

describe('lines of a source that define layers', () => {
  const layers = async (more?: Partial<LinkedNetwork>, text?: string) =>
    codeLayersIn('/w/m.py', [await linked(more, text)]);

  it('are one a layer that gives units, and one for all that a loop makes', async () => {
    const found = await layers();
    assert.deepEqual(
      found.map(one => [SOURCE.slice(one.start, one.end), one.layers.map(({ model }) => model)]),
      [
        ['nn.Conv2d(1, 32, 3)', ['conv']],
        ['nn.Linear(32, 32)', ['blocks.0', 'blocks.1', 'blocks.2']],
        ['nn.Linear(32, 10)', ['out']],
      ],
    );
  });

  it('move along with what is typed before them, and go with their text', async () => {
    const found = await layers();
    const texts = (moved: readonly CodeLayer[], text: string) => moved.map(one => text.slice(one.start, one.end));
    const typed = `# one\n${SOURCE}`;
    assert.deepEqual(texts(shifted(found, [{ start: 0, end: 0, text: '# one\n' }]), typed), texts(found, SOURCE));
    const [first] = found;
    const gone = shifted(found, [{ start: first!.start - 20, end: first!.end, text: '' }]);
    assert.equal(gone.length, found.length - 1);
    const inside = shifted(found, [{ start: first!.start + 10, end: first!.start + 10, text: 'xx' }]);
    assert.equal(inside[0]!.end, first!.end + 2);
    assert.equal(inside[1]!.start, found[1]!.start + 2);
  });

  it('say one thing at a time, in few letters', async () => {
    const [conv, blocks, out] = await layers();
    const say = (one: CodeLayer | undefined, measured?: MeasuredModel, isStale = false) =>
      lensState(one!, measured, isStale, english).text;
    assert.equal(say(conv), '32 filters · Measure what can go');
    assert.equal(say(blocks), '3 × 32 units · Measure what can go');
    const measured = measuredAs({
      conv: measuredLayer(12, -0.001),
      'blocks.0': measuredLayer(5, 0.002),
      'blocks.1': measuredLayer(12, -0.004),
    });
    assert.equal(say(conv, measured), '32 filters · 12 can go · −0.1 pt held-out');
    assert.equal(say(blocks, measured), '3 × 32 units · 5 to 12 can go · −0.4 pt held-out');
    assert.equal(say(out, measured), '10 units · stays whole');
    assert.equal(say(conv, measuredAs({ conv: measuredLayer(0, 0) })), '32 filters · none can go');
    assert.equal(say(conv, measured, true), '32 filters · code changed since it was measured');
    const [open] = await layers({ model: undefined, choices: ['a', 'b', 'c'] });
    assert.equal(say(open), '32 filters · 3 models fit, choose one');
    const [older] = await layers({}, SOURCE.replace('(1, 32, 3)', '(1, 20, 3)'));
    assert.equal(say(older), '20 filters · the model has 32');
    const written: MeasuredModel = { definitions: {}, isOlder: true };
    assert.equal(say(conv, written), '32 filters · model changed since it was measured');
    // Layers that were looked at whole say nothing of their units.
    const { removal, definitions } = measured;
    assert.equal(say(conv, { removal: removal!, definitions, isOlder: false }), '32 filters · Measure what can go');
    for (const text of [say(conv, written), say(blocks, measured), say(conv, measured, true), say(open)])
      assert.ok(text.length <= MOST_LETTERS, text);
  });

  it('shrink together where one line makes several of one size, as far as all of them can', async () => {
    const [conv, blocks] = await layers();
    const { pruning } = measuredAs({
      conv: measuredLayer(12, 0),
      'blocks.0': measuredLayer(5, 0),
      'blocks.1': measuredLayer(12, 0),
      'blocks.2': measuredLayer(7, 0),
    });
    const of = (line: CodeLayer | undefined, of = pruning) =>
      shrinkable(line!, of).map(one => [one.layers.map(({ model }) => model), one.units]);
    assert.deepEqual(of(conv), [[['conv'], 20]]);
    assert.deepEqual(of(blocks), [[['blocks.0', 'blocks.1', 'blocks.2'], 27]]);
    const others = Object.fromEntries(Object.entries(pruning!.layers).filter(([name]) => name !== 'blocks.2'));
    assert.deepEqual(of(blocks, { ...pruning!, layers: others }), []);
    assert.deepEqual(of(blocks, { ...pruning!, layers: { ...others, 'blocks.2': measuredLayer(0, 0) } }), []);
    assert.deepEqual(shrinkable(conv!, undefined), []);
    // The number of heads stands in what a source computes as well, which is not followed.
    const heads = { ...pruning!, layers: { conv: { ...measuredLayer(2, 0), units: 4, channelsPerUnit: 8 } } };
    assert.deepEqual(of(conv, heads), []);
  });

  it('are as they were while only what surrounds them changes', async () => {
    const before = definitionOf(await linked());
    assert.equal(definitionOf(await linked({}, SOURCE.replace('class Net', '# a remark\nclass Net'))), before);
    assert.notEqual(definitionOf(await linked({}, SOURCE.replace('(32, 10)', '(32, 11)'))), before);
  });
});

describe('the hover of a layer', () => {
  it('says each number with its interval and rows, and what it may not be taken for', async () => {
    const [conv] = codeLayersIn('/w/m.py', [await linked()]);
    const measured = measuredAs(
      { conv: measuredLayer(12, -0.001) },
      { conv: { name: 'conv', reason: 'The accuracy stays.' } },
    );
    assert.deepEqual(hoverLines(conv!, conv!.layers[0]!, measured, true, undefined, english), {
      title: 'conv in m.onnx',
      figures: [
        '12 of 32 filters can go · −0.1 pt held-out (95 %: −0.5 to +0.3) · 1,234 rows',
        'conv can go. The accuracy stays.',
      ],
      caveats: [
        'Measured with the other layers whole: what goes of several layers costs more than of one.',
        'Measured on digits.npz#X.',
        'The code has changed since this was measured.',
      ],
    });
  });

  it('draws a bar a unit, those that can go with a rule before them, and never more than fit', () => {
    const words = { canGo: 'can go', stay: 'stay <b>' };
    const few = barcodePicture([1, 2, 3, 40], 2, words, pictureColours('dark'));
    assert.equal(few.match(/<line/g)!.length, 4 + 2 + 2);
    assert.ok(few.includes('stay &lt;b&gt;') && !few.includes('NaN'));
    const many = barcodePicture(
      Array.from({ length: 5000 }, (_, index) => index),
      100,
      words,
      pictureColours('contrast-light'),
    );
    assert.ok(many.length < 20_000);
    assert.ok(!barcodePicture([], 0, words, pictureColours('light')).includes('NaN'));
    assert.ok(!barcodePicture([0, 0], 1, words, pictureColours('contrast-dark')).includes('Infinity'));
  });

  it('draws components and loops of the activations, a bar without an end to the edge', () => {
    const diagram = {
      dimension: Uint8Array.of(0, 0, 1),
      birth: Float64Array.of(0, 0, 1),
      death: Float64Array.of(Infinity, 2, 1.5),
    };
    const words = { components: 'components', loops: 'loops' };
    const picture = topologyPicture({ diagram }, words, pictureColours('light'));
    assert.equal(picture.match(/<line/g)!.length, 3 + 2);
    assert.equal(picture.match(/stroke-dasharray/g)!.length, 1 + 1);
    assert.doesNotMatch(picture, /NaN|Infinity/);
  });

  it('writes signs as people read them', () => {
    assert.deepEqual(
      [-0.14, 0, 0.04, 1.26].map(value => signed(value, 1)),
      ['−0.1', '±0', '±0', '+1.3'],
    );
  });
});
