import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import type { AttentionResult } from '../../src/analyses/attention/attention';
import { runTask } from '../../src/analyses/taskTable';
import { Cancellation } from '../../src/base/cancellation';
import { noProgress } from '../../src/base/progress';
import { dataLibraries } from '../../src/engine/dataLibraries';
import type { AttentionInput } from '../../src/engine/attentionTypes';
import type { OperationContext } from '../../src/engine/operationContext';
import { attention, attentionMap } from '../../src/engine/operations/attention';
import { root, runtime } from '../probes/references';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'attention-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

const context = {
  cancellation: Cancellation.never,
  progress: noProgress,
  cache: undefined,
  runtimePath: path.join(runtime.folder, 'node_modules'),
  libraries: dataLibraries(''),
  threads: 1,
  task: (name, input) => Promise.resolve(runTask(name, input, Cancellation.never, noProgress)),
} as Partial<OperationContext<never>> as OperationContext<never>;

const fixture = (...parts: string[]) => path.join(root, 'test', 'fixtures', ...parts);
const model = fixture('transformer', 'two-layers.onnx');
const text = fixture('transformer', 'sentences.jsonl');
const small = { permutations: 99 };
const run = (more: Partial<AttentionInput> = {}) => attention({ model, text, parameters: small, ...more }, context);
const written = (name: string, content: string) => {
  const file = path.join(folder, name);
  fs.writeFileSync(file, content);
  return file;
};
const records = fs.readFileSync(text, 'utf8').trim().split('\n').map(line => JSON.parse(line) as Record<string, unknown>); // prettier-ignore
const without =
  (...fields: string[]) =>
  (record: Record<string, unknown>) =>
    JSON.stringify(Object.fromEntries(Object.entries(record).filter(([name]) => !fields.includes(name))));
const codes = ({ warnings }: AttentionResult) => warnings.map(warning => warning.code);

describe('attention of a transformer', () => {
  it('has features, a Mapper graph and purities for every head, read from the graph', async () => {
    const result = await run();
    assert.deepEqual(result.layers.map(one => [one.layer, one.source, one.heads]), [[0, 'pattern', 4], [1, 'pattern', 4]]); // prettier-ignore
    assert.deepEqual(result.heads.map(one => `${one.layer}.${one.head}`), ['0.0', '0.1', '0.2', '0.3', '1.0', '1.1', '1.2', '1.3']); // prettier-ignore
    assert.deepEqual(result.roles?.compared, ['SUBJ', 'VERB', 'OBJ']);
    assert.equal(result.roles.field, 'word_roles');
    assert.equal(result.points.text.length, records.reduce((sum, { words }) => sum + (words as string[]).length, 0)); // prettier-ignore
    for (const { features, mapper, purity, separation } of result.heads) {
      assert.equal(features.length, 6);
      assert.ok(mapper.nodes.length > 0 && mapper.coverage > 0 && mapper.coverage <= 1);
      assert.ok(purity! > 0 && purity! <= 1);
      assert.ok(separation!.position.low <= separation!.position.mean && separation!.pValue >= 0.01);
      assert.ok(separation!.adjusted >= separation!.pValue);
    }
    assert.deepEqual(
      result.syntax?.heads,
      result.heads.filter(one => one.separation!.beyondPosition).map(({ layer, head }) => ({ layer, head })),
    );
    assert.match(result.syntax.sentence, /SUBJ, VERB and OBJ apart beyond position/);
    assert.match(result.syntax.rule, /99 exchanges, Holm over 8 heads/);
  });

  it('names the words of a node, their roles and their place', async () => {
    const { heads, points, words } = await run({ parameters: { ...small, layer: 1, head: 2 } });
    assert.equal(heads.length, 1);
    for (const node of heads[0]!.mapper.nodes) {
      const own = Array.from(node.members, point => {
        const [row, word] = [points.text[point]!, points.word[point]!];
        const { words: said, word_roles: roles } = records[row] as { words: string[]; word_roles: string[] };
        assert.equal(words[row]![word], said[word]);
        return { word: said[word]!, role: roles[word]!, place: word };
      });
      const mean = own.reduce((sum, one) => sum + one.place, 0) / own.length;
      assert.ok(Math.abs(node.position - mean) < 1e-9);
      const [first, count] = node.words[0]!;
      assert.equal(count, own.filter(one => one.word === first).length);
      assert.equal(Object.values(node.colour).reduce((sum, n) => sum + n, 0), own.length); // prettier-ignore
    }
  });

  it('is the same whether ids come from the file or from the tokenizer beside the model, words given or found', async () => {
    const plain = written('plain.jsonl', records.map(without('input_ids', 'word_ids', 'words')).join('\n'));
    const one = { parameters: { ...small, layer: 1, head: 0 } };
    const fromIds = await run(one);
    const fromTexts = await run({ ...one, text: plain });
    assert.deepEqual(fromTexts.heads, fromIds.heads);
    assert.deepEqual(fromTexts.words, fromIds.words);
    assert.deepEqual(fromTexts.provenance.files?.map(file => path.basename(file.name)), ['vocab.txt']); // prettier-ignore
  });

  it('has no purity where the texts have no roles, and says so', async () => {
    const result = await run({ text: written('bare.txt', 'the dog runs .\nthe cats see the ball .\n') });
    assert.ok(codes(result).includes('no-roles') && codes(result).includes('few-texts'));
    assert.equal(result.roles, null);
    assert.equal(result.syntax, null);
    for (const head of result.heads) assert.deepEqual([head.purity, head.separation], [null, null]);
    assert.deepEqual(result.words[1], ['the', 'cats', 'see', 'the', 'ball', '.']);
  });

  it('takes roles from the field that is named, and compares those that are named', async () => {
    const file = written('own.jsonl', records.map(record => JSON.stringify({ ...record, mine: (record['words'] as string[]).map(word => (word === 'the' ? 'A' : 'B')).join(' ') })).join('\n')); // prettier-ignore
    const result = await run({ text: file, parameters: { ...small, layer: 0, roles: 'mine' } });
    assert.deepEqual(result.roles?.compared, ['A', 'B']);
    assert.equal(result.roles.wordPurity, 1);
    await assert.rejects(run({ parameters: { roles: 'none' } }), { code: 'usage', source: '--roles' });
    await assert.rejects(run({ parameters: { compared: ['SUBJ', 'SUBJECT'] } }), { code: 'usage', source: '--compare' }); // prettier-ignore
  });

  it('sees some of the texts in Mapper where there are more words than points, and says so', async () => {
    const result = await run({ parameters: { ...small, layer: 0, head: 0, points: 200 } });
    assert.ok(result.points.text.length <= 200 && codes(result).includes('drawn'));
    assert.equal(result.words.filter(list => list.length > 0).length, new Set(result.points.text).size);
  });

  it('refuses a layer or a head that there is not, a network without attention, and rows that are no texts', async () => {
    await assert.rejects(run({ parameters: { layer: 2 } }), { code: 'usage', message: /count from 0 to 1/ });
    await assert.rejects(run({ parameters: { head: 4 } }), { code: 'usage', message: /count from 0 to 3/ });
    const rings = fixture('networks', 'rings.onnx');
    await assert.rejects(run({ model: rings, text: written('x.csv', 'a,b\n1,2\n3,4\n') }), { code: 'usage' });
    const tokens = path.join(folder, 'tokens.onnx');
    const { graph, model: onnx, node, tensor, value } = await import('../models/onnxBuilder');
    fs.writeFileSync(
      tokens,
      onnx(
        graph({
          nodes: [node('Gather', ['table.weight', 'ids'], ['y'])],
          initializers: [tensor('table.weight', [60, 1], new Float32Array(60))],
          inputs: [value('ids', ['batch', 'tokens'], 7)],
          outputs: [value('y', ['batch', 'tokens', 1])],
        }),
      ),
    );
    await assert.rejects(run({ model: tokens }), { code: 'unsupported', message: /The network has no attention/ });
  });
});

describe('the attention map of a text', () => {
  it('has its tokens, their words, and shares that add up to 1', async () => {
    const map = await attentionMap({ model, text, row: 1, layer: 1 }, context);
    const { input_ids: ids, word_ids: wordIds } = records[1] as { input_ids: number[]; word_ids: number[] };
    assert.equal(map.heads, 4);
    assert.equal(map.tokens.length, ids.length);
    assert.equal(map.tokens[0], '[CLS]');
    assert.deepEqual([...map.wordOf], wordIds);
    assert.equal(map.values.length, 4 * ids.length ** 2);
    for (let row = 0; row < 4 * ids.length; row++) {
      const sum = map.values.subarray(row * ids.length, (row + 1) * ids.length).reduce((a, b) => a + b, 0);
      assert.ok(Math.abs(sum - 1) < 1e-5);
    }
    await assert.rejects(attentionMap({ model, text, row: 60, layer: 0 }, context), { code: 'usage' });
    await assert.rejects(attentionMap({ model, text, row: 0, layer: 2 }, context), { code: 'usage' });
  });
});
