import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { ChainAnswer } from '../../../src/models/layerList/chain';
import { comparePeer, type PeerFacts } from '../torch/comparePeer';

const TOLERANCE = 2e-5;

/** Debian's package python3-torch, or another PyTorch of the system's Python. */
const python = ['/usr/bin/python3', 'python3'].find(
  command => spawnSync(command, ['-c', 'import torch'], { timeout: 60_000 }).status === 0,
);

describe(
  'weights that a list or an answer describes run as PyTorch runs them',
  { skip: python === undefined ? 'no PyTorch here' : false },
  () => {
    let folder = '';
    before(() => {
      folder = fs.mkdtempSync(path.join(os.tmpdir(), 'peer-'));
      const run = spawnSync(python!, [path.join(import.meta.dirname, 'peer.py'), folder], { encoding: 'utf8' });
      assert.equal(run.status, 0, run.stderr);
    });
    after(() => fs.rmSync(folder, { recursive: true }));

    for (const name of [
      ...[
        'lenet',
        'residual',
        'signal',
        'decoder',
        'volume',
        'words',
        'series',
        'attention',
        'encoder',
        'branches',
        'shapes',
      ],
      ...['named', 'sequential', 'before', 'wrapped', 'straight'],
    ])
      it(name, async () => {
        const facts = JSON.parse(fs.readFileSync(path.join(folder, 'facts.json'), 'utf8')) as Readonly<
          Record<string, PeerFacts & { readonly answer: ChainAnswer | null }>
        >;
        const fact = facts[name]!;
        const { worst, compared } = await comparePeer(path.join(folder, `${name}.pt`), fact, fact.answer ?? undefined);
        assert.ok(worst <= TOLERANCE, `off by ${worst}`);
        assert.ok(compared.includes(''), `the output itself was not compared: ${compared.join()}`);
      });
  },
);
