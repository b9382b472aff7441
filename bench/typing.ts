import { monitorEventLoopDelay } from 'node:perf_hooks';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { SourceThread } from '../src/engine';
import { codeLayersIn, shifted, type CodeLayer, type LinkedNetwork } from '../src/host/code/codeLayers';
import { timing, type Measurement } from './measurement';

const LINES = 5_000;
const KEYS = 240;
/** A fast typist's. */
const BETWEEN_KEYS = 40;
/** A reading begins in every pause of so many keys. */
const PAUSE_AFTER = 12;

/**
 * Typing into a source of 5,000 lines: how long the event loop of the extension host is held by a key (its layers are moved along, the change is handed to the
 * thread) and by the answers that come back while typing goes on. The built dist/ is used; no peer does the same.
 */
export async function run(): Promise<Measurement[]> {
  const dist = path.join(import.meta.dirname, '..', 'dist');
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'neural-topology-bench-'));
  const file = `${folder}/model.py`;
  const text = longSource();
  const thread = new SourceThread({
    path: path.join(dist, 'source.js'),
    grammars: path.join(dist, 'grammars'),
    roots: [folder],
  });
  try {
    thread.openText(file, () => text);
    const { networks } = await thread.ask('networks', { file });
    const modelLayers = networks[0]!.layers.map(({ path: name }) => ({
      name,
      op: 'Gemm',
      outputs: 64,
      weights: [{ name: `${name}.weight`, shape: [64, 64] }],
    }));
    const read = async (): Promise<readonly CodeLayer[]> => {
      const { matches } = await thread.ask('matches', { file, layers: modelLayers });
      const linked = matches.map((match): LinkedNetwork => ({
        file,
        name: match.network.name,
        model: 'm',
        choices: ['m'],
        match,
        layers: modelLayers,
      }));
      return codeLayersIn(file, linked);
    };
    let layers = await read();
    const keys: number[] = [];
    const loop = monitorEventLoopDelay({ resolution: 1 });
    await sleep(300);
    loop.enable();
    let answers = Promise.resolve();
    const middle = text.indexOf('\n', text.length >> 1) + 1;
    for (let key = 0; key < KEYS; key++) {
      await sleep(BETWEEN_KEYS);
      const changes = [{ start: middle + key, end: middle + key, text: '#' }];
      const started = performance.now();
      thread.changeText(file, changes);
      layers = shifted(layers, changes);
      keys.push(performance.now() - started);
      if (key % PAUSE_AFTER === 0)
        answers = answers.then(async () => {
          layers = await read();
        });
    }
    await answers;
    loop.disable();
    const most = loop.max / 1e6;
    return [
      {
        what: `a key in a source of ${LINES} lines and ${layers.length} layers`,
        timing: timing(keys),
        bounds: [{ of: 'milliseconds', atMost: 16 }],
      },
      {
        what: `longest time that the event loop was held meanwhile, answers of the thread among it`,
        timing: { median: most, minimum: loop.min / 1e6, maximum: most, repetitions: KEYS },
        bounds: [{ of: 'milliseconds', atMost: 16 }],
      },
    ];
  } finally {
    thread.dispose();
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

function longSource(): string {
  const lines = [
    'from torch import nn',
    '',
    'class Net(nn.Module):',
    '    def __init__(self, width=64):',
    '        super().__init__()',
  ];
  for (let index = 0; lines.length < LINES; index++) {
    if (index % 10 === 0) lines.push(`        self.layer${index} = nn.Linear(width, width)`);
    else
      lines.push(
        `        self.note${index} = {"index": ${index}, "name": "n${index}", "values": [${index}, ${index + 1}]}`,
      );
  }
  return `${lines.join('\n')}\n`;
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, milliseconds));
}
