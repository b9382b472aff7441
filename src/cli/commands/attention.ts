import {
  ATTENTION_DEFAULTS,
  type AttentionHead,
  type AttentionParameters,
  type AttentionResult,
} from '../../analyses/attention/attention';
import { Fault } from '../../base/fault';
import { formatCount, formatQuantity } from '../../base/numbers';
import { type Command, DATA_OPTIONS, dataReading, INPUT_OPTION, type OptionValues, type TextStyle } from '../command';
import { figure, percent, plain, textTable } from '../textTable';

const LENSES = ['l2', 'pca1', 'pca2', 'density', 'eccentricity'] as const;

export const attention: Command = {
  name: 'attention',
  summary: 'what the heads of a transformer attend to: graph features, Mapper, and which follow syntax',
  description:
    'Runs a transformer on texts and looks at each head: features of its attention graphs at six thresholds (Kushnareva et al. 2021), averaged over the texts, and the Mapper graph of what ' +
    'the words attend to. Where the texts have roles of their words, it says which heads tell them apart beyond position. Attention is found in the graph where it is no output.',
  arguments: [{ name: 'MODEL', help: 'a saved transformer (ONNX, TorchScript)' }],
  options: [
    {
      name: 'text',
      value: { kind: 'text' },
      placeholder: 'FILE',
      help: 'sentences: .jsonl (fields text or input_ids, words, roles) or .txt',
    },
    {
      name: 'layer',
      value: { kind: 'integer', minimum: 0, maximum: 10_000 },
      placeholder: 'K',
      help: 'this layer alone, from 0 (all)',
    },
    {
      name: 'head',
      value: { kind: 'integer', minimum: 0, maximum: 10_000 },
      placeholder: 'H',
      help: 'this head alone, from 0 (all)',
    },
    {
      name: 'roles',
      value: { kind: 'text' },
      placeholder: 'FIELD',
      help: 'field with a role for each word, or each token (word_roles, pos, dep, …)',
    },
    {
      name: 'compare',
      value: { kind: 'list' },
      placeholder: 'A,B',
      help: 'roles that heads should tell apart (subject, verb and object where there are such roles, else all)',
    },
    {
      name: 'points',
      value: { kind: 'integer', minimum: 1, maximum: 1_000_000 },
      placeholder: 'N',
      help: 'words that Mapper sees at most, in whole texts drawn with the seed',
      default: ATTENTION_DEFAULTS.points,
    },
    { name: 'lens', value: { kind: 'choice', choices: LENSES }, help: 'of Mapper', default: 'l2' },
    {
      name: 'intervals',
      value: { kind: 'integer', minimum: 1, maximum: 10_000 },
      help: 'of Mapper’s cover',
      default: ATTENTION_DEFAULTS.intervals,
    },
    {
      name: 'overlap',
      value: { kind: 'number', minimum: 0, maximum: 0.95 },
      help: 'share of an interval that it has in common with the next',
      default: ATTENTION_DEFAULTS.overlap,
    },
    {
      name: 'min-points',
      value: { kind: 'integer', minimum: 1, maximum: 1_000_000 },
      help: 'points within the radius that make a core point, itself among them',
      default: ATTENTION_DEFAULTS.minimumPoints,
    },
    {
      name: 'eps',
      value: { kind: 'text' },
      placeholder: 'auto|E',
      help: 'clustering radius; auto is 0.75 of the knee of the neighbour distances',
      default: 'auto',
    },
    {
      name: 'permutations',
      value: { kind: 'integer', minimum: 19, maximum: 1_000_000 },
      placeholder: 'N',
      help: 'exchanges of roles for the test (999, or 40 a head where that is more)',
    },
    INPUT_OPTION,
    ...DATA_OPTIONS,
  ],
  examples: [
    {
      line: 'neural-topology attention bert.onnx --text sentences.jsonl',
      what: 'all heads, with the tokenizer beside the model',
    },
    {
      line: 'neural-topology attention bert.onnx --text sentences.jsonl --vocab vocab.txt --layer 2 --head 1 --format json',
      what: 'one head, with the words in each node of its Mapper graph, for a script',
    },
  ],
  async run({ arguments: [model = ''], options, seed, engine, signal, onProgress }) {
    const text = options.text('text');
    if (text === undefined) throw new Fault('usage', 'Heads attend to words: --text is missing.', { source: '--text' });
    const input = { model, text, ...dataReading(options), parameters: parametersOf(options, seed) };
    const result = await engine().run('attention', input, { signal, onProgress });
    return { json: () => attentionJson(result), text: style => textOf(result, style) };
  },
};

function parametersOf(options: OptionValues, seed: number): Partial<AttentionParameters> {
  return {
    layer: options.number('layer'),
    head: options.number('head'),
    roles: options.text('roles'),
    compared: options.list('compare'),
    points: options.number('points')!,
    lens: LENSES.find(name => name === options.text('lens'))!,
    intervals: options.number('intervals')!,
    overlap: options.number('overlap')!,
    minimumPoints: options.number('min-points')!,
    radius: radiusOf(options.text('eps')!),
    permutations: options.number('permutations'),
    seed,
  };
}

function radiusOf(text: string): number | undefined {
  if (text === 'auto') return undefined;
  const radius = Number(text);
  if (radius > 0 && radius < Infinity) return radius;
  throw new Fault('usage', `--eps is auto or a number above 0, not ${JSON.stringify(text)}.`, { source: '--eps' });
}

/** With typed arrays as lists. */
export function attentionJson({ points, heads, ...result }: AttentionResult) {
  return {
    heads: heads.map(({ mapper, ...head }) => ({
      ...head,
      mapper: { ...mapper, nodes: mapper.nodes.map(node => ({ ...node, members: [...node.members] })) },
    })),
    points: { text: [...points.text], word: [...points.word] },
    ...result,
  };
}

/** Of the thresholds, the one at which a token attends to few others and the graph is not yet empty. */
const SHOWN_THRESHOLD = 0.1;

function textOf({ heads, layers, roles, syntax, texts, points }: AttentionResult, style: TextStyle): string {
  const shown = heads[0]?.features.findIndex(({ threshold }) => threshold === SHOWN_THRESHOLD) ?? 0;
  const read = layers.filter(layer => layer.source === 'pattern').length;
  const head = `${formatQuantity(heads.length, 'head')} of ${formatQuantity(layers.length, 'layer')} · ${formatQuantity(texts, 'text')}, ${formatQuantity(points.text.length, 'word')} in Mapper`;
  const source =
    read === 0
      ? 'Attention is an output of the network.'
      : `Attention of ${formatQuantity(read, 'layer')} was found in the graph; it is no output.`;
  const separated = (one: AttentionHead) => one.separation;
  const table = textTable(
    [
      { title: 'layer', align: 'right', cell: (one: AttentionHead) => String(one.layer) },
      { title: 'head', align: 'right', cell: one => String(one.head) },
      { title: 'nodes', align: 'right', cell: one => formatCount(one.mapper.nodes.length) },
      { title: 'coverage', align: 'right', cell: one => percent(one.mapper.coverage) },
      { title: 'purity', align: 'right', cell: one => (one.purity === null ? '–' : one.purity.toFixed(3)) },
      ...(roles === null
        ? []
        : [
            {
              title: roles.compared.length > 4 ? 'roles' : roles.compared.map(plain).join('/'),
              align: 'right' as const,
              cell: (one: AttentionHead) => separated(one)?.purity.toFixed(3) ?? '–',
            },
            {
              title: 'by position',
              align: 'right' as const,
              cell: (one: AttentionHead) => separated(one)?.position.mean.toFixed(3) ?? '–',
            },
            {
              title: 'p (Holm)',
              align: 'right' as const,
              cell: (one: AttentionHead) => {
                const test = separated(one);
                return test === null ? '–' : `${figure(test.adjusted)}${test.beyondPosition ? ' *' : ''}`;
              },
            },
          ]),
      { title: `β0 at ${SHOWN_THRESHOLD}`, align: 'right', cell: one => figure(one.features[shown]!.beta0.mean) },
      { title: `β1 at ${SHOWN_THRESHOLD}`, align: 'right', cell: one => figure(one.features[shown]!.beta1.mean) },
    ],
    heads,
    style.dim,
  );
  const found = syntax === null ? [] : ['', plain(syntax.sentence), style.dim(plain(syntax.rule))];
  return [style.bold(head), style.dim(source), '', table, ...found].join('\n');
}
