import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ensureBuilt } from '../../scripts/lib/install.mjs';
import { npm } from '../../scripts/lib/processes.mjs';

const root = path.resolve(import.meta.dirname, '..', '..');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'library-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

/** What somebody writes who has installed the package; each line that follows an @ts-expect-error must be refused. */
const CONSUMER = `
import { distanceMatrix, rangeOfDimension, rips, type PersistenceDiagram, type PointCloud } from 'neural-topology/topology';

const cloud: PointCloud = { count: 3, width: 2, values: Float64Array.of(0, 0, 1, 0, 0, 1) };
const diagram: PersistenceDiagram = rips(distanceMatrix(cloud, 'euclidean'), { maxDimension: 1 }).diagram;
const [from, to]: readonly [number, number] = rangeOfDimension(diagram, 0);
export const components: number = to - from;

// @ts-expect-error a metric that there is not
distanceMatrix(cloud, 'taxicab');
`;

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

describe('the package of the library', () => {
  let packed: Packed;

  before(async () => {
    await ensureBuilt();
    const flags = ['--json', '--ignore-scripts', `--pack-destination=${folder}`];
    const { code, output } = await npm(['pack', ...flags], { capture: true });
    assert.equal(code, 0, output);
    [packed] = JSON.parse(output.slice(output.indexOf('['))) as [Packed];
    fs.writeFileSync(path.join(folder, 'package.json'), '{ "name": "consumer", "private": true }');
    const install = ['install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', `./${packed.filename}`];
    const installed = await npm(install, { cwd: folder, capture: true });
    assert.equal(installed.code, 0, installed.output);
  });

  it('holds what its manifest names, and no sources', () => {
    const names = packed.files.map(file => file.path);
    const manifest = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')) as Record<string, unknown>;
    const { exports, bin, main } = manifest;
    const named = [...JSON.stringify({ exports, bin, main }).matchAll(/"\.\/([^"]+)"/g)].map(([, file]) => file!);
    assert.deepEqual(
      named.filter(file => file !== 'topology' && !names.includes(file)),
      [],
    );
    assert.deepEqual(
      names.filter(file => /^(src|test|webview|samples|bench|node_modules)\//.test(file)),
      [],
    );
  });

  for (const [moduleResolution, module, extension] of [
    ['node16', 'node16', 'mts'],
    ['node16', 'node16', 'cts'],
    ['bundler', 'esnext', 'ts'],
  ] as const) {
    it(`has types for whoever compiles with ${moduleResolution} (.${extension})`, () => {
      const file = path.join(folder, `consumer.${extension}`);
      fs.writeFileSync(file, CONSUMER);
      const compiler = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
      const plain = { strict: true, noEmit: true, target: 'es2022', lib: ['es2023'], types: [] };
      const project = path.join(folder, `tsconfig.${extension}.json`);
      fs.writeFileSync(
        project,
        JSON.stringify({ compilerOptions: { ...plain, module, moduleResolution }, files: [path.basename(file)] }),
      );
      const { status, stdout } = spawnSync(process.execPath, [compiler, '-p', project], {
        cwd: folder,
        encoding: 'utf8',
      });
      assert.equal(status, 0, stdout);
    });
  }

  it('runs where it is installed', () => {
    const code = `import { rips, distanceMatrix } from 'neural-topology/topology'; console.log(typeof rips, typeof distanceMatrix)`;
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
      cwd: folder,
      encoding: 'utf8',
    });
    assert.equal(stdout.trim(), 'function function', stderr);
  });
});
