// Scripts of workers as texts in the page's own script: a webview may start workers from addresses of its own making alone.
import path from 'node:path';

/**
 * A plugin of esbuild for imports that end in `?worker`. What takes part in the scripts is added to `inputs`, relative to the repository.
 * @param {Set<string>} [inputs]
 * @returns {import('esbuild').Plugin}
 */
export function inlineWorkers(inputs = new Set()) {
  return {
    name: 'inlineWorkers',
    setup(build) {
      build.onResolve({ filter: /\?worker$/ }, ({ path: file, resolveDir }) => ({
        path: path.resolve(resolveDir, file.replace(/\?worker$/, '')),
        namespace: 'worker',
      }));
      build.onLoad({ filter: /./, namespace: 'worker' }, async ({ path: file }) => {
        const { absWorkingDir, minify, target } = build.initialOptions;
        const made = await build.esbuild.build({
          ...(absWorkingDir === undefined ? {} : { absWorkingDir }),
          ...(minify === undefined ? {} : { minify }),
          ...(target === undefined ? {} : { target }),
          entryPoints: [file],
          bundle: true,
          write: false,
          metafile: true,
          format: 'iife',
          platform: 'browser',
          legalComments: 'none',
        });
        for (const input of Object.keys(made.metafile.inputs)) inputs.add(input);
        return { contents: made.outputFiles[0]?.text ?? '', loader: 'text', watchFiles: [file] };
      });
    },
  };
}
