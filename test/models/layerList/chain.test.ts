import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { CNN, dense, MLP, missingIn, norm, openWith, weights } from './weightFiles';

const relu = { activation: 'relu', place: 'after' } as const;
const names = (
  content: Parameters<typeof openWith>[0],
  answer: { activation: string; place: 'before' | 'after' } = relu,
) => openWith(content, { answer }).layers.map(({ name }) => name);

describe('weights that are a chain of one reading', () => {
  it('ask for the activation, and run once it is said', () => {
    const asked = openWith(MLP);
    assert.equal(asked.program, undefined);
    const { layers, asksPlace, activations } = asked.missing!.chain!;
    assert.deepEqual([layers, asksPlace], [['fc1'], false]);
    assert.deepEqual([activations[0], activations.at(-1)], ['relu', 'none']);
    assert.match(
      asked.missing!.fault.message,
      /Not in it is the activation between its layers, which are a chain \("fc1", "fc2"\)/,
    );
    assert.match(asked.missing!.fault.hint ?? '', /net\.layers\.json/);
    assert.deepEqual(names(MLP), ['fc1', 'fc1_relu', 'fc2']);
  });

  it('ask again where the activation that was chosen is none that there is', () => {
    const asked = openWith(MLP, { answer: { activation: '__proto__', place: 'after' } });
    assert.deepEqual(asked.missing?.chain?.layers, ['fc1']);
  });

  it('say with every result what was chosen', () => {
    const model = openWith(MLP, { answer: relu });
    assert.deepEqual(model.assumption, { sentence: 'Activation relu: chosen by you.', answer: relu });
    assert.match(
      model.warnings[0]!.message,
      /one after the other \(fc1 … fc2\), with relu after "fc1": chosen by you\. Nothing follows the last layer/,
    );
  });

  it('ask on which side of a normalisation it stands, where names do not tell', () => {
    const content = weights({ ...dense({ in: [4, 6] }), ...norm('bn', 6), ...dense({ out: [6, 2] }) });
    const { layers, asksPlace } = openWith(content).missing!.chain!;
    assert.deepEqual([layers, asksPlace], [['in'], true]);
    assert.deepEqual(names(content, { activation: 'relu', place: 'before' }), ['in', 'in_relu', 'bn', 'out']);
    assert.deepEqual(names(content), ['in', 'bn', 'bn_relu', 'out']);
  });

  it('tell by the numbers of a Sequential where activations stand', () => {
    const content = weights({
      ...dense({ 'net.0': [4, 6] }),
      ...norm('net.1', 6),
      ...dense({ 'net.3': [6, 6], 'net.4': [6, 5] }),
      ...dense({ 'net.7': [5, 2] }),
    });
    const { layers, asksPlace } = openWith(content).missing!.chain!;
    assert.deepEqual([layers, asksPlace], [['net.0', 'net.4'], false]);
    assert.deepEqual(names(content), ['net.0', 'net.1', 'net.1_relu', 'net.3', 'net.4', 'net.4_relu', 'net.7']);
    assert.match(openWith(content, { answer: relu }).warnings[0]!.message, /taken for dropout/);
  });

  it('take numbers without gaps for a list of modules, whose activations stand elsewhere', () => {
    const content = weights(dense({ 'layers.0': [4, 6], 'layers.1': [6, 5], 'layers.2': [5, 2] }));
    assert.deepEqual(openWith(content).missing?.chain?.layers, ['layers.0', 'layers.1']);
  });

  it('run at once where there is nothing to ask', () => {
    const model = openWith(weights(dense({ fc: [4, 3] })));
    assert.deepEqual(
      model.layers.map(({ name }) => name),
      ['fc'],
    );
    assert.match(model.assumption?.sentence ?? '', /Read as a chain/);
  });

  it('are put in order by their shapes, where the file has them by name and one order alone fits', () => {
    const content = weights(dense({ hidden: [6, 5], input: [4, 6], output: [5, 2] }));
    assert.deepEqual(names(content), ['input', 'input_relu', 'hidden', 'hidden_relu', 'output']);
  });

  it('are read in the same order, whatever their widths, where their names are numbered', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 3, maxLength: 14 }), widths => {
        const layers = widths.slice(1).map((outputs, at) => [`fc${at + 1}`, [widths[at]!, outputs]] as const);
        const found = names(weights(dense(Object.fromEntries(layers)))).filter(name => !name.endsWith('_relu'));
        assert.deepEqual(
          found,
          layers.map(([name]) => name),
        );
      }),
      { numRuns: 40 },
    );
  });
});

describe('weights of more than one reading say what is not known, naming the layer', () => {
  const cases: [string, Parameters<typeof weights>[0], RegExp][] = [
    [
      'a convolution',
      { 'conv1.weight': [8, 3, 5, 5], ...dense({ fc: [8, 2] }) },
      /the stride and padding of "conv1" \(a 5 × 5 convolution\)/,
    ],
    [
      'layers that do not fit each other',
      dense({ fc1: [4, 6], fc2: [7, 2] }),
      /between "fc1" and "fc2": the one gives 6 values, the other takes 7/,
    ],
    [
      'blocks that give what they take',
      dense({ stem: [4, 6], 'trunk.0.fc1': [6, 9], 'trunk.0.fc2': [9, 6], tail: [6, 2] }),
      /whether "trunk\.0" adds what it takes/,
    ],
    ['projections of attention', dense({ q_proj: [6, 6], k_proj: [6, 6] }), /how "q_proj" is used/],
    ['an embedding', { 'embed.weight': [10, 6], ...dense({ fc: [6, 2] }) }, /how "embed" \(Embedding\) is used/],
    [
      'a normalisation of a kind that is not said',
      { ...dense({ fc1: [4, 6] }), 'norm1.weight': [6], 'norm1.bias': [6] },
      /whether "norm1" normalises over layers, groups/,
    ],
    ['two orders that fit', dense({ alpha: [4, 4], beta: [4, 4] }), /whether "alpha" or "beta" comes first/],
    ['tensors of no layer', { table: [4, 4, 4, 4, 4, 4] }, /none is of a dense layer/],
  ];
  for (const [what, shapes, says] of cases)
    it(what, () => {
      const fault = missingIn(weights(shapes), { answer: relu });
      assert.equal(fault.code, 'unsupported');
      assert.match(fault.message, says);
    });

  it('are never run by an answer that does not make them one', () => {
    assert.equal(openWith(CNN, { answer: relu }).program, undefined);
  });
});
