// Builds what runs: extension host, worker, command line (CommonJS for Node 20) and the webview (one script for browsers);
// and the library with its types.
// `node esbuild.mjs [--watch] [--dev] [--target=linux-x64]`; the result is dist/. BUILD_TARGET stands for --target where
// vsce runs this script.
import esbuild from 'esbuild';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { packagedReadme } from './scripts/lib/packagedReadme.mjs';
import { inlineWorkers } from './scripts/lib/inlineWorkers.mjs';
import { thirdPartyNotices } from './scripts/lib/notices.mjs';

const root = import.meta.dirname;
const dist = path.join(root, 'dist');
const dev = process.argv.includes('--dev') || process.argv.includes('--watch');
const { version } = manifest(root);

const shared = {
  absWorkingDir: root,
  bundle: true,
  minify: !dev,
  sourcemap: dev ? 'inline' : false,
  // Their licences are in ThirdPartyNotices.txt.
  legalComments: 'none',
  metafile: true,
  define: { __VERSION__: JSON.stringify(version) },
  logLevel: 'warning',
};
/** Kernels as one text each: ten thousand numbers of an array take milliseconds to read whenever a process starts. */
const kernelBytes = {
  name: 'kernelBytes',
  setup(build) {
    build.onLoad({ filter: /[\\/]topology[\\/]kernels[\\/]\w+Bytes\.ts$/ }, ({ path: file }) => {
      const [, name, list] = /export const (\w+) = Uint8Array\.from\(\[([^\]]*)\]\)/.exec(
        fs.readFileSync(file, 'utf8'),
      );
      const numbers = list.split(',').filter(text => text.trim() !== '');
      const text = Buffer.from(numbers.map(Number)).toString('base64');
      return { contents: `export const ${name} = Buffer.from('${text}', 'base64');`, loader: 'js' };
    });
  },
};
/** TensorFlow.js is a script of its own, which is loaded when the first network is run on it. */
const tfjsApart = {
  name: 'tfjsApart',
  setup(build) {
    build.onResolve({ filter: /^\.\/library$/ }, ({ importer }) =>
      /[\\/]probes[\\/]tfjs[\\/]/.test(importer) ? { path: './tfjs.js', external: true } : undefined,
    );
  },
};
/** What TensorFlow.js would fetch from the network with is not there: models are read by our own readers. */
const noFetch = {
  name: 'noFetch',
  setup(build) {
    build.onResolve({ filter: /^node-fetch$/ }, () => ({ path: 'node-fetch', namespace: 'none' }));
    build.onLoad({ filter: /./, namespace: 'none' }, () => ({ contents: 'module.exports = undefined;', loader: 'js' }));
  },
};
/** Emscripten's way to run texts as code is for modules that bring some, which no grammar does. */
const noTextAsCode = {
  name: 'noTextAsCode',
  setup(build) {
    // Its module for Node asks for its own address, which a bundle in the form of CommonJS has none of.
    build.onResolve({ filter: /^web-tree-sitter$/ }, () => ({
      path: path.join(root, 'node_modules', 'web-tree-sitter', 'web-tree-sitter.cjs'),
    }));
    build.onLoad({ filter: /[\\/]web-tree-sitter[\\/]web-tree-sitter\.(?:js|cjs)$/ }, ({ path: file }) => ({
      contents: fs.readFileSync(file, 'utf8').replaceAll(/\beval\(func\)/g, 'undefined'),
      loader: 'js',
    }));
  },
};
const node = {
  ...shared,
  plugins: [kernelBytes, tfjsApart, noTextAsCode],
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  outdir: dist,
  // Loaded at run time from dist/runtime, where the binaries of the platform are.
  external: ['vscode', 'onnxruntime-node', 'onnxruntime-web'],
};
/** What takes part in the scripts of workers. */
const workerInputs = new Set();
const builds = [
  {
    ...node,
    entryPoints: {
      extension: 'src/host/extension.ts',
      worker: 'src/engine/workerMain.ts',
      short: 'src/engine/short.ts',
      helper: 'src/engine/helperMain.ts',
      source: 'src/engine/source/sourceMain.ts',
      cli: 'src/cli/main.ts',
    },
  },
  {
    ...node,
    plugins: [noFetch],
    mainFields: ['module', 'main'],
    // The extension host of Node 22 throws when it is looked at.
    define: { ...shared.define, navigator: 'undefined' },
    entryPoints: { tfjs: 'src/probes/tfjs/library.ts' },
  },
  {
    ...shared,
    plugins: [inlineWorkers(workerInputs)],
    platform: 'browser',
    target: ['chrome122', 'es2022'],
    format: 'iife',
    outdir: path.join(dist, 'webview'),
    entryPoints: {
      inspect: 'webview/inspect/main.ts',
      compare: 'webview/compare/main.ts',
      describe: 'webview/describe/main.ts',
      attention: 'webview/attention/main.ts',
      redundancy: 'webview/redundancy/main.ts',
      prune: 'webview/prune/main.ts',
      timeline: 'webview/timeline/main.ts',
      mapper: 'webview/mapper/main.ts',
    },
    loader: { '.ttf': 'file' },
  },
  // The package's export `neural-topology/topology`, for Node and browsers.
  ...[
    { format: 'esm', extension: '.mjs' },
    { format: 'cjs', extension: '.cjs' },
  ].map(({ format, extension }) => ({
    ...shared,
    platform: 'neutral',
    mainFields: ['module', 'main'],
    target: ['chrome122', 'es2022', 'node20'],
    format,
    outdir: path.join(dist, 'topology'),
    outExtension: { '.js': extension },
    entryPoints: { index: 'src/topology/index.ts' },
  })),
];

const runtimes = [
  'onnxruntime-node',
  'onnxruntime-web',
  'onnxruntime-common',
  '@jsquash/jpeg',
  '@tensorflow/tfjs-backend-wasm',
];

/**
 * The inference runtimes, trimmed to what the target loads: the whole packages are ten times that. The target `universal` has
 * the WebAssembly runtime alone.
 */
function copyRuntime(target = `${process.platform}-${process.arch}`) {
  const [platform, arch] = target.split('-');
  const to = path.join(dist, 'runtime', 'node_modules');
  const from = path.join(root, 'node_modules');
  const copy = (name, files) => {
    for (const file of files) {
      const source = path.join(from, name, file);
      if (!fs.existsSync(source)) continue;
      fs.cpSync(source, path.join(to, name, file), { recursive: true, filter: f => !/\.(map|ts|md)$/.test(f) });
    }
  };
  // Left alone where it is right already: what runs now may be about to load it.
  const record = path.join(dist, '.runtime');
  const versions = runtimes.map(name => manifest(path.join(from, name)).version);
  const wanted = [target, ...versions].join(' ');
  if (fs.existsSync(to) && fs.existsSync(record) && fs.readFileSync(record, 'utf8') === wanted) return;
  fs.rmSync(path.join(dist, 'runtime'), { recursive: true, force: true });
  const binaries = `bin/napi-v6/${platform}/${arch}`;
  if (fs.existsSync(path.join(from, 'onnxruntime-node', binaries))) {
    copy('onnxruntime-node', ['package.json', 'dist', binaries]);
  }
  copy('onnxruntime-common', ['package.json', 'dist/cjs']);
  copy('onnxruntime-web', [
    'package.json',
    'dist/ort.node.min.js',
    'dist/ort-wasm-simd-threaded.mjs',
    'dist/ort-wasm-simd-threaded.wasm',
  ]);
  copy('@jsquash/jpeg', ['package.json', 'LICENSE', 'codec/dec/mozjpeg_dec.wasm']);
  // Node 20 has SIMD everywhere; its threads are off in Node, and its plain build is for older engines.
  copy('@tensorflow/tfjs-backend-wasm', ['package.json', 'dist/tfjs-backend-wasm-simd.wasm']);
  fs.writeFileSync(record, wanted);
}

/** The parser of sources and its grammars, in WebAssembly. */
const grammars = {
  'web-tree-sitter': ['web-tree-sitter.wasm'],
  'tree-sitter-python': ['tree-sitter-python.wasm'],
  'tree-sitter-javascript': ['tree-sitter-javascript.wasm'],
  'tree-sitter-typescript': ['tree-sitter-typescript.wasm', 'tree-sitter-tsx.wasm'],
};

function copyGrammars() {
  for (const [name, files] of Object.entries(grammars))
    for (const file of files) fs.cpSync(path.join(root, 'node_modules', name, file), path.join(dist, 'grammars', file));
}

function manifest(folder) {
  return JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
}

/** The library's types in dist/types: what `exports` of package.json names. Nothing is done where they are as the sources are. */
function writeTypes() {
  const compiler = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const child = spawn(process.execPath, [compiler, '-b', path.join('src', 'topology')], {
    cwd: root,
    stdio: 'inherit',
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', code =>
      code === 0 ? resolve() : reject(new Error('The types of the library were not written.')),
    );
  });
}

const target = process.argv.find(a => a.startsWith('--target='))?.split('=')[1] ?? process.env.BUILD_TARGET;
if (process.argv.includes('--watch')) {
  copyRuntime();
  copyGrammars();
  for (const build of builds) await (await esbuild.context(build)).watch();
} else {
  const types = writeTypes();
  const made = await Promise.all(builds.map(build => esbuild.build(build)));
  const files = [...made.flatMap(({ metafile }) => Object.keys(metafile.inputs)), ...workerInputs];
  fs.writeFileSync(
    path.join(dist, 'ThirdPartyNotices.txt'),
    thirdPartyNotices(files, [...runtimes, ...Object.keys(grammars)]),
  );
  // For `vsce package` by itself, which takes no pictures without an address; `npm run package` puts them in.
  const readme = fs.readFileSync(path.join(root, 'README.md'), 'utf8');
  fs.writeFileSync(path.join(dist, 'README.text.md'), packagedReadme(readme, { pictures: false }));
  copyRuntime(target);
  copyGrammars();
  await types;
  fs.chmodSync(path.join(dist, 'cli.js'), 0o755);
}
