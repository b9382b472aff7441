// Builds what runs: extension host, worker, command line (CommonJS for Node 20) and the webview (one script for browsers).
// `node esbuild.mjs [--watch] [--dev]`; the result is dist/.
import esbuild from 'esbuild';
import fs from 'node:fs';
import path from 'node:path';

const root = import.meta.dirname;
const dist = path.join(root, 'dist');
const dev = process.argv.includes('--dev') || process.argv.includes('--watch');
const { version } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));

const shared = {
  absWorkingDir: root,
  bundle: true,
  minify: !dev,
  sourcemap: dev ? 'inline' : false,
  legalComments: 'none',
  define: { __VERSION__: JSON.stringify(version) },
  logLevel: 'warning',
};
const node = {
  ...shared,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  outdir: dist,
  // Loaded at run time from dist/runtime, where the binaries of the platform are.
  external: ['vscode', 'onnxruntime-node', 'onnxruntime-web'],
};
const builds = [
  {
    ...node,
    entryPoints: {
      extension: 'src/host/extension.ts',
      worker: 'src/engine/workerMain.ts',
      cli: 'src/cli/main.ts',
    },
  },
  {
    ...shared,
    platform: 'browser',
    target: ['chrome122', 'es2022'],
    format: 'iife',
    outdir: path.join(dist, 'webview'),
    entryPoints: { inspect: 'webview/inspect/main.ts' },
    loader: { '.ttf': 'file' },
  },
];

/** The inference runtimes, trimmed to what this platform loads: the whole packages are ten times that. */
function copyRuntime(platform = process.platform, arch = process.arch) {
  const to = path.join(dist, 'runtime', 'node_modules');
  const from = path.join(root, 'node_modules');
  const copy = (name, files) => {
    for (const file of files) {
      const source = path.join(from, name, file);
      if (!fs.existsSync(source)) continue;
      fs.cpSync(source, path.join(to, name, file), { recursive: true, filter: f => !/\.(map|ts|md)$/.test(f) });
    }
  };
  fs.rmSync(path.join(dist, 'runtime'), { recursive: true, force: true });
  copy('onnxruntime-node', ['package.json', 'dist', `bin/napi-v6/${platform}/${arch}`]);
  copy('onnxruntime-common', ['package.json', 'dist/cjs']);
  copy('onnxruntime-web', ['package.json', 'dist/ort.node.min.js', 'dist/ort-wasm-simd-threaded.mjs', 'dist/ort-wasm-simd-threaded.wasm']);
}

const option = name => process.argv.find(a => a.startsWith(`--${name}=`))?.split('=')[1];
if (process.argv.includes('--watch')) {
  copyRuntime();
  for (const build of builds) await (await esbuild.context(build)).watch();
} else {
  for (const part of ['extension.js', 'worker.js', 'cli.js', 'webview']) fs.rmSync(path.join(dist, part), { recursive: true, force: true });
  await Promise.all(builds.map(build => esbuild.build(build)));
  copyRuntime(option('platform'), option('arch'));
  fs.chmodSync(path.join(dist, 'cli.js'), 0o755);
}
