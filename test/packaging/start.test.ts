import esbuild from 'esbuild';
import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it } from 'node:test';

/** Rules about names of inputs, which the editor asks by. */
const NAMES_ALONE = 'src/probes/followingInputs.ts';
const root = path.resolve(import.meta.dirname, '../..');

describe('what is loaded before it is known what is asked', () => {
  for (const entry of ['src/cli/main.ts', 'src/host/extension.ts'])
    it(`by ${entry} holds no reader of models and nothing that computes: workers have them`, async () => {
      const { metafile } = await esbuild.build({
        absWorkingDir: root,
        entryPoints: [entry],
        bundle: true,
        write: false,
        metafile: true,
        platform: 'node',
        format: 'cjs',
        outdir: 'none',
        external: ['vscode', 'onnxruntime-node', 'onnxruntime-web'],
        define: { __VERSION__: '""' },
        logLevel: 'silent',
      });
      const [output] = Object.values(metafile.outputs);
      const held = Object.entries(output!.inputs)
        .filter(
          ([file, { bytesInOutput }]) =>
            bytesInOutput > 0 && /^src\/(models|probes|topology\/kernels)\//.test(file) && file !== NAMES_ALONE,
        )
        .map(([file]) => file);
      assert.deepEqual(held, []);
    });
});
