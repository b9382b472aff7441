import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { before, describe, it } from 'node:test';
import { strFromU8, unzipSync } from 'fflate';
import { ensureVsix } from '../../scripts/lib/vsix.mjs';

/** All that we wrote and that runs. */
const scripts = [
  'extension.js',
  'worker.js',
  'short.js',
  'helper.js',
  'source.js',
  'cli.js',
  'tfjs.js',
  'webview/inspect.js',
  'webview/describe.js',
  'webview/timeline.js',
];

const runtime = 'extension/dist/runtime/node_modules';

/** All that may be in the package. What is not named here is not ours to ship. */
const allowed: readonly RegExp[] = [
  /^\[Content_Types\]\.xml$/,
  /^extension\.vsixmanifest$/,
  /^extension\/(package\.json|package\.nls(\.[a-z-]+)?\.json|readme\.md|changelog\.md|LICENSE\.txt)$/i,
  /^extension\/l10n\/bundle\.l10n(\.[a-z-]+)?\.json$/,
  /^extension\/dist\/(extension|worker|short|helper|source|cli|tfjs)\.js$/,
  /^extension\/dist\/ThirdPartyNotices\.txt$/,
  /^extension\/dist\/grammars\/[\w-]+\.wasm$/,
  /^extension\/dist\/webview\/[\w.-]+\.(js|css|ttf|woff2)$/,
  /^extension\/dist\/runtime\/node_modules\/@jsquash\/jpeg\/(package\.json|LICENSE|codec\/dec\/mozjpeg_dec\.wasm)$/,
  /^extension\/dist\/runtime\/node_modules\/onnxruntime-(common|node|web)\/[\w./-]+\.(js|mjs|json|wasm|node|dll|dylib|so[.\d]*)$/,
  /^extension\/dist\/runtime\/node_modules\/@tensorflow\/tfjs-backend-wasm\/(package\.json|dist\/[\w-]+\.wasm)$/,
  /^extension\/docs\/((analyses|formats)\/)?[\w-]+\.md$/,
  /^extension\/docs\/images\/rips-growth\.svg$/,
  /^extension\/python\/run_model\.py$/,
  /^extension\/schemas\/layers\.schema\.json$/,
  /^extension\/media\/[\w./-]+\.(svg|png)$/,
  /^extension\/samples\/[\w./-]+\.(onnx|npy|npz|csv|md|py)$/,
];

/** In every package, on every platform. */
const needed: readonly RegExp[] = [
  /^extension\/dist\/extension\.js$/,
  /^extension\/dist\/worker\.js$/,
  /^extension\/dist\/short\.js$/,
  /^extension\/dist\/source\.js$/,
  /^extension\/dist\/grammars\/web-tree-sitter\.wasm$/,
  /^extension\/dist\/grammars\/tree-sitter-(python|typescript|tsx|javascript)\.wasm$/,
  /^extension\/dist\/cli\.js$/,
  /^extension\/dist\/tfjs\.js$/,
  /^extension\/dist\/runtime\/.*\/tfjs-backend-wasm-simd\.wasm$/,
  /^extension\/dist\/webview\/inspect\.js$/,
  /^extension\/dist\/ThirdPartyNotices\.txt$/,
  /^extension\/dist\/runtime\/.*\.wasm$/,
  /^extension\/python\/run_model\.py$/,
  /^extension\/samples\/.*\.onnx$/,
  /^extension\/samples\/.*\.np[yz]$/,
  /^extension\/docs\/analyses\/[\w-]+\.md$/,
  /^extension\/media\/icon\.png$/,
  /^extension\/(readme|changelog)\.md$/i,
  /^extension\/LICENSE\.txt$/,
];

describe('the packaged extension', () => {
  let names: readonly string[] = [];
  let text: (name: string) => string = () => '';

  before(async () => {
    const file = await ensureVsix();
    const bytes = fs.readFileSync(file);
    const held: string[] = [];
    const texts = unzipSync(bytes, {
      filter: ({ name, size }) => {
        if (!name.endsWith('/')) held.push(name);
        return /\/dist\/[\w/]+\.(js|css|txt)$|package\.json$|\.md$/.test(name) && size < 2 ** 24;
      },
    });
    names = held;
    text = name => strFromU8(texts[`extension/${name}`] ?? assert.fail(`${name} is missing`));
    const megabytes = (bytes.length / 2 ** 20).toFixed(1);
    console.log(`  ${file.split(/[\\/]/).at(-1)}: ${megabytes} MB, ${names.length} files`);
  });

  it('holds what runs and nothing else', () => {
    assert.deepEqual(
      names.filter(name => !allowed.some(pattern => pattern.test(name))),
      [],
    );
  });

  it('holds all that runs', () => {
    assert.deepEqual(
      needed.filter(pattern => !names.some(name => pattern.test(name))),
      [],
    );
  });

  it("holds this platform's binaries alone", () => {
    const binaries = names.filter(name => name.startsWith(`${runtime}/onnxruntime-node/bin/`));
    const here = `/${process.platform}/${process.arch}/`;
    assert.deepEqual(
      binaries.filter(name => !name.includes(here)),
      [],
    );
  });

  it('names every path that its manifest points to', () => {
    // What else it says of files is for those who use the repository as a library.
    const { main, bin, icon, contributes } = JSON.parse(text('package.json')) as Record<string, unknown>;
    const pointers = JSON.stringify({ main, bin, icon, contributes });
    const paths = [...pointers.matchAll(/"\.?\/?((?:media|dist|samples|schemas)\/[^"]+)"/g)].map(([, path]) => path);
    assert.ok(paths.length > 0);
    assert.deepEqual(
      paths.filter(path => !names.includes(`extension/${path}`)),
      [],
    );
  });

  it('tells no address that nobody answers at', () => {
    const { repository, homepage, bugs } = JSON.parse(text('package.json')) as Record<string, unknown>;
    assert.deepEqual([repository, homepage, bugs], [undefined, undefined, undefined]);
  });

  it('has pages whose pictures are in them and whose links lead to each other', () => {
    for (const name of names.filter(name => name.endsWith('.md') && !name.includes('/samples/'))) {
      const page = name.replace(/^extension\//, '');
      const targets = [...text(page).matchAll(/(!?)\[[^\]]*\]\(([^)\s]+)\)/g)].map(([, image, target]) => ({
        image: image === '!',
        target: target!,
      }));
      for (const { image, target } of targets) {
        // The editor's own page of the extension loads nothing from its folder; a page of docs is opened where it lies.
        if (image && !page.startsWith('docs/'))
          assert.match(target.slice(0, 40), /^data:image\/png;base64,/, `${page}: a picture`);
        else if (!/^https:|^#/.test(target)) {
          const file = path.posix.normalize(
            path.posix.join('extension', path.posix.dirname(page), target.replace(/#.*/, '')),
          );
          assert.ok(names.includes(file), `${page}: ${target}`);
        }
      }
    }
    assert.match(text('readme.md'), /!\[[^\]]*\]\(data:/);
  });

  it('is built for people, not for debugging', () => {
    for (const name of scripts) assert.doesNotMatch(text(`dist/${name}`), /sourceMappingURL/, name);
  });

  it('runs no text as code', () => {
    for (const name of scripts)
      assert.doesNotMatch(text(`dist/${name}`), /\beval\s*\(|\bnew Function\b|\bFunction\s*\(\s*["'`]/, name);
  });

  it('loads nothing from elsewhere', () => {
    const fetches =
      /(?:fetch|import|importScripts|XMLHttpRequest|WebSocket)\s*\(\s*["'`](?:https?|wss?):|url\(\s*["']?https?:/;
    for (const name of scripts) assert.doesNotMatch(text(`dist/${name}`), fetches, name);
  });

  it("leaves the extension host's globals alone", () => {
    // VS Code warns about extensions that look for a browser by `navigator`, which newer Node has too.
    assert.doesNotMatch(text('dist/extension.js'), /(?<![.\w$])navigator\b/);
  });

  it('thanks those whose code is in it', () => {
    const notices = text('dist/ThirdPartyNotices.txt');
    for (const name of ['onnxruntime-node', 'd3-scale']) assert.match(notices, new RegExp(`^${name} `, 'm'));
    assert.doesNotMatch(notices, /NO LICENCE FILE/);
  });
});
