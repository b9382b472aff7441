import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type * as vscode from 'vscode';
import type { EngineLike } from '../../../src/host/base/engine';
import { ChainAnswers } from '../../../src/host/program/chainAnswers';
import { answered, forgetAnswer, recallAnswer } from '../../../src/host/program/keptAnswers';
import type { MissingFacts } from '../../../src/protocol/describe';

const relu = { activation: 'relu', place: 'after' } as const;
const chain: MissingFacts = {
  fault: { code: 'unsupported', message: 'Not in it is the activation.' },
  chain: { layers: ['fc1'], asksPlace: false, activations: ['relu', 'none'] },
  layerList: undefined,
  parameters: 1770,
};

/** Storage as VS Code's, through JSON. */
function memento(): vscode.Memento {
  const kept = new Map<string, string>();
  return {
    keys: () => [...kept.keys()],
    get: (key: string) => (kept.has(key) ? (JSON.parse(kept.get(key)!) as unknown) : undefined),
    update: (key: string, value: unknown) => Promise.resolve(void kept.set(key, JSON.stringify(value))),
  } as vscode.Memento;
}

function engineOf(missing: MissingFacts | undefined) {
  const asked: string[] = [];
  const run = ((name: string) => {
    asked.push(name);
    return Promise.resolve(name === 'modelHash' ? 'abc' : { missing, parameters: missing?.parameters ?? 0 });
  }) as EngineLike['run'];
  return { engine: { run }, asked };
}

describe('What was said of weights that are a chain', () => {
  it('is known again by the weights, wherever they lie', async () => {
    const answers = new ChainAnswers(memento());
    await answers.set('abc', 1770, relu);
    const { engine } = engineOf(chain);
    assert.deepEqual(await recallAnswer(engine, '/elsewhere/net.pt', chain, answers), relu);
  });

  it('goes with whatever is asked of them, and with nothing of a network that leaves nothing open', async () => {
    const answers = new ChainAnswers(memento());
    assert.deepEqual(await answered(engineOf(chain).engine, '/w/net.pt', answers), {});
    await answers.set('abc', 1770, relu);
    assert.deepEqual(await answered(engineOf(chain).engine, '/w/net.pt', answers), { answer: relu });
    assert.deepEqual(await answered(engineOf(undefined).engine, '/w/net.onnx', answers), {});
  });

  it('leaves weights unread of which nothing can have been said', async () => {
    const answers = new ChainAnswers(memento());
    await answers.set('other', 99, relu);
    const { engine, asked } = engineOf(chain);
    assert.equal(await recallAnswer(engine, '/w/net.pt', chain, answers), undefined);
    assert.equal(await recallAnswer(engine, '/w/net.pt', { ...chain, chain: undefined }, answers), undefined);
    assert.deepEqual(asked, []);
  });

  it('is forgotten for a file that nothing shows, and whoever shows it is told', async () => {
    const answers = new ChainAnswers(memento());
    let told = 0;
    const listener = answers.onDidChange(() => told++);
    await answers.set('abc', 1770, relu);
    const { engine } = engineOf(chain);
    assert.ok(await forgetAnswer(engine, '/w/net.pt', answers));
    assert.equal(answers.get('abc'), undefined);
    assert.equal(told, 2);
    assert.ok(!(await forgetAnswer(engine, '/w/net.pt', answers)));
    assert.ok(!(await forgetAnswer(engineOf(undefined).engine, '/w/net.onnx', answers)));
    listener.dispose();
    await answers.set('abc', 1770, relu);
    assert.equal(told, 2);
  });

  it('is nothing where what was kept is none of ours', () => {
    const kept = memento();
    const answers = new ChainAnswers(kept);
    for (const value of [7, {}, [null], [['abc', 'relu']], [['abc', { activation: 3, place: 'after' }]]]) {
      void kept.update('chainAnswers', value);
      assert.equal(answers.get('abc'), undefined);
    }
  });
});
