import { checkOutput, writeWhole } from '../../engine';
import type { Command } from '../command';
import { INSPECT_OPTIONS, inspectInput } from '../inspectOptions';
import { inspectText } from './inspect';

export const report: Command = {
  name: 'report',
  summary: 'an inspection as one self-contained HTML page',
  description:
    'Inspects the model and writes one page that needs nothing else: readable and printable without scripts, interactive with them.',
  arguments: [{ name: 'MODEL', help: 'a model file' }],
  options: [
    { name: 'out', value: { kind: 'text' }, placeholder: 'FILE.html', help: 'where to write', required: true },
    { name: 'force', value: { kind: 'flag' }, help: 'overwrite FILE.html' },
    ...INSPECT_OPTIONS,
  ],
  examples: [
    {
      line: 'neural-topology report model.onnx --data test.npz#X --labels test.npz#y --out report.html',
      what: 'All layers, to be opened in a browser.',
    },
  ],
  async run({ arguments: [model], options, seed, engine, signal, onProgress }) {
    const out = options.text('out')!;
    checkOutput(out, options.flag('force'));
    const cache = options.text('cache');
    const running = engine(cache === undefined ? {} : { cache });
    const result = await running.run('inspect', inspectInput(model!, options, seed), { signal, onProgress });
    const page = await running.run('report', { result }, { signal });
    writeWhole(out, page);
    return {
      json: () => ({
        out,
        bytes: Buffer.byteLength(page),
        layers: result.layers.map(({ name }) => name),
        ...(result.head.accuracy === undefined ? {} : { accuracy: result.head.accuracy.value }),
        warnings: result.warnings,
        provenance: result.provenance,
      }),
      text: style => `${inspectText(result, style)}\n\nwritten to ${out}`,
    };
  },
};
