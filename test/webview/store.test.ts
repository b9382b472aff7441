import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PanelRestore, ToView } from '../../src/protocol/panel';
import { barsByLength, inputsFeature } from '../../webview/inspect/detail';
import { layersCsv, resultJson, diagramCsv, fileName } from '../../webview/inspect/export';
import { readPreferences, readRestore } from '../../webview/inspect/host';
import { sortedLayers } from '../../webview/inspect/layerList';
import { checkedMessage } from '../../webview/inspect/messages';
import { emptyState, NO_PREFERENCES, Store, type State } from '../../webview/inspect/store';
import { makeHead, makeLayer, makeResult, SIZES } from './fixtures';

function newStore(preferences = NO_PREFERENCES): Store {
  return new Store(emptyState('panel', preferences), run => run());
}

const pair = (index: number) => ({ kind: 'pair', dimension: 1, pair: index }) as const;

describe('the state of the panel', () => {
  it('shows the first layer that is finished, and stays with it', () => {
    const store = newStore();
    store.receive({ type: 'partial', partial: { kind: 'head', head: makeHead() } });
    store.receive({ type: 'partial', partial: { kind: 'layer', layer: makeLayer({ name: 'relu1' }) } });
    store.receive({ type: 'partial', partial: { kind: 'layer', layer: makeLayer({ name: 'conv1' }) } });
    assert.equal(store.layer?.name, 'relu1');
    store.receive({ type: 'result', result: makeResult() });
    assert.equal(store.layer?.name, 'relu1');
  });

  it('goes to the first strong finding of a result that comes whole', () => {
    const store = newStore();
    store.receive({ type: 'result', result: makeResult() });
    assert.equal(store.layer?.name, 'fc1');
  });

  it('waits for the layer that was shown before a reload', () => {
    const store = newStore({ ...NO_PREFERENCES, layer: 'conv2' });
    store.receive({ type: 'partial', partial: { kind: 'layer', layer: makeLayer({ name: 'conv1' }) } });
    assert.equal(store.state.preferences.layer, 'conv2');
    assert.equal(store.state.layers.has('conv2'), false);
    store.receive({ type: 'partial', partial: { kind: 'layer', layer: makeLayer({ name: 'conv2' }) } });
    assert.equal(store.layer?.name, 'conv2');
  });

  it('keeps finished layers when a run is stopped, and drops them when another starts', () => {
    const store = newStore();
    store.receive({ type: 'partial', partial: { kind: 'head', head: makeHead() } });
    store.receive({ type: 'partial', partial: { kind: 'layer', layer: makeLayer({ name: 'conv1' }) } });
    store.receive({ type: 'status', status: { kind: 'cancelled', finished: 1, total: 11 } });
    assert.equal(store.state.layers.size, 1);
    store.receive({ type: 'start', title: 'b', modelPath: 'b', commandLine: '' });
    assert.equal(store.state.layers.size, 0);
    assert.equal(store.state.head, undefined);
  });

  it('keeps the objects of layers that a result repeats, so that nothing is drawn twice', () => {
    const store = newStore();
    const result = makeResult();
    store.receive({ type: 'partial', partial: { kind: 'layer', layer: result.layers[0]! } });
    store.receive({ type: 'result', result: makeResult() });
    assert.equal(store.state.layers.get('conv1'), result.layers[0]);
  });
});

describe('the selection', () => {
  it('keeps what is clicked, lets go of it when it is clicked again', () => {
    const store = newStore();
    store.toggle(pair(3));
    assert.deepEqual(store.state.kept, pair(3));
    store.toggle(pair(3));
    assert.equal(store.state.kept, undefined);
  });

  it('goes with its layer: bars of one layer are not those of another, classes are', () => {
    const store = newStore();
    store.receive({ type: 'result', result: makeResult() });
    store.keep(pair(3));
    store.selectLayer('conv1');
    assert.equal(store.state.kept, undefined);
    store.keep({ kind: 'class', index: 4 });
    store.selectLayer('conv2');
    assert.deepEqual(store.state.kept, { kind: 'class', index: 4 });
  });

  it('shows the inputs of the bar under the pointer, but a point under it takes none away', () => {
    assert.deepEqual(inputsFeature({ hovered: pair(1), kept: pair(2) }), pair(1));
    assert.deepEqual(inputsFeature({ hovered: { kind: 'point', point: 5 }, kept: pair(2) }), pair(2));
    assert.deepEqual(inputsFeature({ hovered: undefined, kept: pair(2) }), pair(2));
  });

  it('walks through the bars by length, loops first', () => {
    const layer = SIZES.many;
    const bars = barsByLength(layer, [true, true, true]);
    assert.equal(bars.length, layer.diagram.dimension.length);
    const lengths = bars
      .filter(bar => bar.dimension === 1)
      .map(bar => {
        const at = layer.diagram.dimension.indexOf(1) + bar.pair;
        return layer.diagram.death[at]! - layer.diagram.birth[at]!;
      });
    assert.equal(bars[0]!.dimension, 1);
    assert.deepEqual(
      lengths,
      [...lengths].sort((a, b) => b - a),
    );
    assert.ok(barsByLength(layer, [false, true, false]).every(bar => bar.dimension === 1));
  });
});

describe('listeners', () => {
  it('hear of many changes once a frame', () => {
    const frames: (() => void)[] = [];
    const store = new Store(emptyState('panel', NO_PREFERENCES), run => frames.push(run));
    let heard = 0;
    store.subscribe(() => heard++);
    for (let i = 0; i < 10; i++) store.hover(pair(i));
    assert.equal(frames.length, 1);
    frames[0]!();
    assert.equal(heard, 1);
    store.hover(pair(9));
    assert.equal(frames.length, 1, 'the same feature is no change');
  });
});

describe('the order of layers', () => {
  const result = makeResult();
  const order = (preferences: Partial<State['preferences']>): string[] => {
    const layers = new Map(result.layers.filter(layer => layer.name !== 'pool1').map(layer => [layer.name, layer]));
    return sortedLayers(result.head, { layers, preferences: { ...NO_PREFERENCES, ...preferences } }).map(
      ({ name }) => name,
    );
  };

  it('is that of the network at first', () => {
    assert.deepEqual(
      order({}),
      result.head.layers.map(layer => layer.name),
    );
  });

  it('follows a column, with layers that lack its number last', () => {
    const names = order({ sortColumn: 'dense0', sortDescending: true });
    assert.equal(names.at(-1), 'pool1');
    const counts = names.slice(0, -1).map(name => result.layers.find(layer => layer.name === name)!.dense0.count);
    assert.deepEqual(
      counts,
      [...counts].sort((a, b) => b - a),
    );
    assert.equal(order({ sortColumn: 'loops' }).at(-1), 'fc2');
  });

  it('reads numbers in names as numbers', () => {
    const head = { ...result.head, layers: ['l10', 'l2', 'l1'].map(name => ({ name, op: 'Gemm', shape: undefined })) };
    const sorted = sortedLayers(head, { layers: new Map(), preferences: { ...NO_PREFERENCES, sortColumn: 'name' } });
    assert.deepEqual(
      sorted.map(layer => layer.name),
      ['l1', 'l2', 'l10'],
    );
  });
});

describe('what is kept over a reload', () => {
  it('is read back, and nonsense is not', () => {
    const restore: PanelRestore = { version: 1, model: 'file:///m.onnx' };
    const preferences = {
      ...NO_PREFERENCES,
      layer: 'fc1',
      barOrder: 'length',
      dimensions: [true, false, true],
    } as const;
    const saved: unknown = JSON.parse(JSON.stringify({ version: 1, view: preferences, host: restore }));
    assert.deepEqual(readPreferences(saved), preferences);
    assert.deepEqual(readRestore(saved), restore);
    for (const nonsense of [undefined, null, 4, 'x', {}, { view: 3 }, { view: { layer: 7, dimensions: 'x' } }]) {
      assert.deepEqual(readPreferences(nonsense), NO_PREFERENCES);
      assert.equal(readRestore(nonsense), undefined);
    }
  });
});

describe('messages at the edge', () => {
  const layer = makeLayer({ name: 'a', points: 20 });

  it('pass when they are whole', () => {
    const messages: ToView[] = [
      { type: 'start', title: 't', modelPath: 'p', commandLine: 'c' },
      { type: 'status', status: { kind: 'running', fraction: 0.5, phrase: 'x' } },
      { type: 'partial', partial: { kind: 'layer', layer } },
      { type: 'partial', partial: { kind: 'head', head: makeHead() } },
      { type: 'result', result: makeResult() },
      { type: 'select', layer: 'a' },
      { type: 'inputs', request: 1, inputs: [], note: '' },
    ];
    for (const message of messages) assert.deepEqual(checkedMessage(message), message);
  });

  it('are dropped when they are not', () => {
    const broken: unknown[] = [
      undefined,
      'start',
      {},
      { type: 'other' },
      { type: 'status', status: { kind: 'finished' } },
      { type: 'status', status: { kind: 'failed' } },
      {
        type: 'partial',
        partial: { kind: 'layer', layer: { ...layer, diagram: { dimension: [], birth: [], death: [] } } },
      },
      {
        type: 'partial',
        partial: { kind: 'layer', layer: { ...layer, diagram: { ...layer.diagram, birth: new Float64Array(1) } } },
      },
      { type: 'result', result: { ...makeResult(), head: {} } },
      {
        type: 'inputs',
        request: 1,
        note: '',
        inputs: [{ kind: 'image', row: 0, width: 1e9, height: 1e9, channels: 1, pixels: new Uint8Array(4) }],
      },
    ];
    for (const message of broken) assert.equal(checkedMessage(message), undefined);
  });

  it('get back the infinity that JSON made null', () => {
    const sent = { ...layer, enclosingRadius: null, dense0: { ...layer.dense0, scaleTo: null }, loopNull: null };
    const message = checkedMessage({ type: 'partial', partial: { kind: 'layer', layer: sent } });
    assert.ok(message?.type === 'partial' && message.partial.kind === 'layer');
    assert.equal(message.partial.layer.enclosingRadius, Infinity);
    assert.equal(message.partial.layer.dense0.scaleTo, Infinity);
    assert.equal(message.partial.layer.loopNull, undefined);
  });
});

describe('exports', () => {
  const store = newStore();
  const result = makeResult();
  const evil = '=HYPERLINK("http://x")';
  const head = { ...result.head, layers: [...result.head.layers, { name: evil, op: 'Gemm', shape: undefined }] };
  store.receive({ type: 'result', result: { ...result, head } });

  it('have a line for each layer, computed or not, and no name that runs', () => {
    const lines = layersCsv(store.state).trimEnd().split('\r\n');
    assert.equal(lines.length, 1 + head.layers.length);
    assert.equal(lines[0]!.split(',').length, lines[1]!.split(',').length);
    const last = lines.at(-1) ?? '';
    assert.ok(last.startsWith(`"'=HYPERLINK(""http://x"")"`));
    assert.match(last, /not computed$/);
  });

  it('have every bar, with the rows of its cycle', () => {
    const layer = result.layers[6]!;
    const lines = diagramCsv(result.head, layer).trimEnd().split('\r\n');
    assert.equal(lines.length, 1 + layer.diagram.dimension.length);
    const cycle = layer.cycles[0]!;
    const line = lines.find(text => text.startsWith(`1,${cycle.pair},`))!;
    assert.ok(line.endsWith(Array.from(cycle.vertices, i => result.head.sampledRows[i]).join(' ')));
  });

  it('have the names of the command line, and null for infinity', () => {
    const json = JSON.parse(resultJson(store.state)) as {
      layers: { name: string; diagram: Record<string, [number, number | null][]>; betti: { dense0: number } }[];
    };
    assert.equal(json.layers.length, result.layers.length);
    const [first] = json.layers;
    assert.equal(first!.betti.dense0, 7);
    assert.equal(first!.diagram['0']!.at(-1)?.[1], null);
  });

  it('get file names that any system takes', () => {
    assert.equal(fileName('model', '../a/b:c', 'barcode'), 'model-.._a_b_c-barcode');
    assert.equal(fileName('..'), 'layer');
    assert.equal(fileName('réseau', 'fc1'), 'réseau-fc1');
  });
});
