import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { defaultInspectParameters } from '../../../src/analyses/inspect';
import { quote } from '../../../src/host/base/commandLine';
import { inspectCommandLine } from '../../../src/host/inspect/commandLine';

describe('The command line of a panel', () => {
  it('names the model, the data, and what differs from the command’s defaults', () => {
    const data = { kind: 'file', data: '/w/a b/test.npz#X', labels: '/w/y.npy' } as const;
    assert.equal(
      inspectCommandLine('/w/m.onnx', data, { ...defaultInspectParameters, points: 360, reduction: 'flatten' }),
      "neural-topology inspect /w/m.onnx --data '/w/a b/test.npz#X' --labels /w/y.npy --points 360 --reduce flatten",
    );
  });

  it('names the data of other inputs, and chosen pixels', () => {
    const data = { kind: 'file', data: '/w/a.npy', pixels: 'unit', inputs: { meta: '/w/b.npy' } } as const;
    assert.equal(
      inspectCommandLine('/w/m.onnx', data, defaultInspectParameters),
      'neural-topology inspect /w/m.onnx --data /w/a.npy --pixels unit --input meta=/w/b.npy',
    );
  });

  it('has no data for activations that were saved', () => {
    const line = (labels?: string) =>
      inspectCommandLine('/w/acts.npz', { kind: 'stored', ...(labels && { labels }) }, defaultInspectParameters);
    assert.equal(line(), 'neural-topology inspect /w/acts.npz');
    assert.equal(line('/w/acts.npz#y'), "neural-topology inspect /w/acts.npz --labels '/w/acts.npz#y'");
  });

  it('is empty for random input, which the command line does not know', () => {
    assert.equal(inspectCommandLine('/w/m.onnx', { kind: 'random' }, defaultInspectParameters), '');
  });

  it(
    'reaches a shell’s program as it was meant, whatever a file is called',
    { skip: process.platform === 'win32' },
    () => {
      const names = fc.array(
        fc.string().filter(name => !name.includes('\0')),
        { minLength: 1, maxLength: 5 },
      );
      fc.assert(
        fc.property(names, words => {
          const script = `printf '%s\\0' ${words.map(quote).join(' ')}`;
          const seen = execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1);
          assert.deepEqual(seen, words);
        }),
        { seed: 4, numRuns: 30 },
      );
    },
  );
});
