import { Fault } from '../../base/fault';
import { FolderTimeline } from '../../engine';
import type { Reduction } from '../../analyses/layerTopology';
import { type Command, DATA_OPTIONS, dataReading, INPUT_OPTION } from '../command';
import { plain } from '../textTable';
import { entryJson, entryText, timelineJson, timelineText } from '../timelineOutput';

export const timeline: Command = {
  name: 'timeline',
  summary: 'the checkpoints of one training run over time, and which to keep',
  description:
    'Measures every checkpoint of a folder, in the order of the last number in their names: accuracy, the topology of each layer and how far it is from the layer it reads, neural persistence beside the ' +
    'variance of the weights, neural collapse. With --cache a second run measures what is new or has changed. With --watch it goes on, a line for each checkpoint that appears, until it is interrupted.',
  arguments: [{ name: 'FOLDER', help: 'a folder of saved models' }],
  options: [
    {
      name: 'data',
      value: { kind: 'text' },
      placeholder: 'DATA',
      help: 'rows to run, best some that were not trained on',
    },
    {
      name: 'labels',
      value: { kind: 'text' },
      placeholder: 'DATA',
      help: 'a class for each row: accuracy and collapse',
    },
    { name: 'classes', value: { kind: 'list' }, help: 'order of the classes, as the models’ outputs have it (sorted)' },
    { name: 'watch', value: { kind: 'flag' }, help: 'go on, and measure checkpoints as they appear' },
    { name: 'layers', value: { kind: 'list' }, help: 'these layers alone (all layers)' },
    {
      name: 'points',
      value: { kind: 'integer', minimum: 1, maximum: 1_000_000 },
      placeholder: 'N',
      help: 'rows that each layer’s topology is of, the same for all checkpoints',
      default: 500,
    },
    {
      name: 'max-dim',
      value: { kind: 'integer', minimum: 0, maximum: 1000 },
      placeholder: 'D',
      help: 'highest dimension: 0 clusters, 1 loops',
      default: 1,
    },
    {
      name: 'reduce',
      value: { kind: 'choice', choices: ['mean', 'flatten', 'positions'] },
      help: 'how activations with positions become points (mean)',
    },
    {
      name: 'cache',
      value: { kind: 'text' },
      placeholder: 'FOLDER',
      help: 'keep what is measured there, and take it from there',
    },
    INPUT_OPTION,
    ...DATA_OPTIONS,
  ],
  examples: [
    {
      line: 'neural-topology timeline runs/7 --data test.npz#X --labels test.npz#y --cache .topology',
      what: 'All checkpoints; those that were measured before are taken from the cache.',
    },
    {
      line: 'neural-topology timeline runs/7 --data test.npz#X --labels test.npz#y --watch --format json',
      what: 'A line of JSON for each checkpoint while training goes on; the last line, after Ctrl-C, is the whole result.',
    },
  ],
  async run({ arguments: [folder = ''], options, seed, engine, signal, onProgress, say }) {
    const [data, labels, cache] = ['data', 'labels', 'cache'].map(name => options.text(name));
    if (data === undefined)
      throw new Fault('usage', 'Checkpoints are compared on data: --data is missing.', { source: '--data' });
    const layers = options.list('layers');
    const watched = options.flag('watch');
    const found = new FolderTimeline(
      engine(cache === undefined ? {} : { cache }),
      {
        folder,
        data,
        ...(labels === undefined ? {} : { labels }),
        parameters: {
          ...(layers === undefined ? {} : { layers }),
          points: options.number('points')!,
          maxDimension: options.number('max-dim')!,
          reduction: options.text('reduce') as Reduction | undefined,
          seed,
        },
        ...dataReading(options),
      },
      {
        onProgress,
        ...(watched
          ? {
              onEntry: entry => say({ json: () => entryJson(entry), text: style => entryText(entry, style) }),
              onGone: file => say({ json: () => ({ file, gone: true }), text: () => `${plain(file)}  is gone` }),
            }
          : {}),
      },
    );
    if (!watched) {
      const result = await found.measure(signal);
      return { json: () => timelineJson(result), text: style => timelineText(result, style) };
    }
    await found.watch(signal);
    const result = found.result();
    return { json: () => timelineJson(result), text: style => `\n${timelineText(result, style)}` };
  },
};
