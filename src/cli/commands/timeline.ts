import { Fault } from '../../base/fault';
import { FolderTimeline } from '../../engine';
import { TIMELINE_POINTS } from '../../analyses/timeline/timeline';
import type { Command } from '../command';
import { inspectInput, inspectOptions } from '../inspectOptions';
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
    { name: 'watch', value: { kind: 'flag' }, help: 'go on, and measure checkpoints as they appear' },
    ...inspectOptions({
      data: { help: 'rows to run, best some that were not trained on' },
      labels: { help: 'a class for each row: accuracy and collapse' },
      points: { help: 'rows that each layer’s topology is of, the same for all checkpoints', default: TIMELINE_POINTS },
      'random-input': null,
      cache: { help: 'keep what is measured there, and take it from there' },
    }),
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
    const { data, model, ...input } = inspectInput(folder, options, seed);
    if (typeof data !== 'string')
      throw new Fault('usage', 'Checkpoints are compared on data: --data is missing.', { source: '--data' });
    const cache = options.text('cache');
    const watched = options.flag('watch');
    const found = new FolderTimeline(
      engine(cache === undefined ? {} : { cache }),
      { ...input, folder: model, data },
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
