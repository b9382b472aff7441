import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

const root = path.resolve(import.meta.dirname, '..', '..');
const compiler = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');

/** What somebody who has the package writes. Two lines are errors, so that types that are silently `any` are found out. */
const CONSUMER = `
import { distanceMatrix, rips, type Representative, type RipsResult } from 'neural-topology/topology';
const cloud = { count: 2, width: 1, values: Float64Array.of(0, 1) };
const result: RipsResult = rips(distanceMatrix(cloud, 'euclidean'), { maxDimension: 1, cycles: [1], cocycles: true });
export const cycles: readonly Representative[] = result.cycles;
export const coefficients: Uint16Array | undefined = cycles[0]?.coefficients;
// @ts-expect-error: there is no such metric.
distanceMatrix(cloud, 'crow');
// @ts-expect-error: a diagram is no number.
export const number: number = result.diagram;
`;

describe('the types of the library', () => {
  let folder: string;
  before(() => {
    const built = spawnSync(process.execPath, [compiler, '-b', path.join(root, 'src', 'topology')], {
      encoding: 'utf8',
    });
    assert.equal(built.status, 0, built.stdout);
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'consumer-'));
    fs.mkdirSync(path.join(folder, 'node_modules'));
    fs.symlinkSync(root, path.join(folder, 'node_modules', 'neural-topology'), 'junction');
  });
  after(() => fs.rmSync(folder, { recursive: true }));

  const check = (file: string, options: Record<string, unknown>) => {
    fs.writeFileSync(path.join(folder, file), CONSUMER);
    const compilerOptions = { strict: true, noEmit: true, target: 'ES2022', lib: ['ES2022', 'DOM'], types: [], skipLibCheck: false, ...options }; // prettier-ignore
    fs.writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: [file] }));
    const { status, stdout } = spawnSync(process.execPath, [compiler, '-p', folder], { encoding: 'utf8' });
    assert.equal(status, 0, stdout);
  };
  it('hold for a module of Node', () => check('module.mts', { module: 'node16', moduleResolution: 'node16' }));
  it('hold for what is CommonJS', () => check('common.cts', { module: 'node16', moduleResolution: 'node16' }));
  it('hold for a bundler', () => check('bundled.ts', { module: 'esnext', moduleResolution: 'bundler' }));
});
