import path from 'node:path';
import { Cancellation } from '../src/base/cancellation';
import { Random } from '../src/base/random';
import { Engine } from '../src/engine';
import type { MapperHead, MapperShape } from '../src/protocol/mapper';
import { spatialOrder } from '../src/topology/spatialOrder';
import { launchBrowser } from '../test/e2e/browser';
import { openView } from '../test/webview/viewPage';
import { LayoutSteps } from '../webview/network/layoutSteps';
import { FIRST_PARAMETERS, graphKey, writeKept } from '../webview/mapper/state';
import { time, timing, type Measurement, type Timing } from './measurement';
import { activations } from './ripsClouds';

const POINTS = 2000;
const NODES = 10_000;
const FRAMES = 90;

/** What a person waits for in a Mapper view: the graph after a step of a slider, and frames while a large graph is moved. */
export async function run(): Promise<Measurement[]> {
  return [
    {
      what: `Mapper view, ${POINTS} × 64: a step of a slider, asked for and back from the engine's thread`,
      timing: await sliderSteps(),
      bounds: [{ of: 'milliseconds at most', atMost: 100 }],
    },
    {
      what: `Mapper view, ${NODES} nodes: between two frames while the graph is dragged, in a browser without a graphics card`,
      timing: await draggedFrames(),
      bounds: [{ of: 'milliseconds', atMost: 33.4 }],
    },
    { what: `Layout of ${NODES} nodes, whole`, timing: await time(1, layout) },
  ];
}

async function sliderSteps(): Promise<Timing> {
  const dist = path.resolve(import.meta.dirname, '..', 'dist');
  const engine = new Engine({
    threads: 2,
    workerPath: path.join(dist, 'worker.js'),
    runtimePath: path.join(dist, 'runtime', 'node_modules'),
  });
  try {
    const cloud = activations(POINTS, 64);
    const values = new Float64Array(new SharedArrayBuffer(8 * POINTS * 64));
    values.set(cloud.values);
    const points = { count: POINTS, width: 64, values, order: spatialOrder({ count: POINTS, width: 64, values }, Cancellation.never) }; // prettier-ignore
    const labels = { values: Int32Array.from({ length: POINTS }, (_, i) => i % 10), classes: 10 };
    const choice = { points, lenses: ['l2'], clustering: 'dbscan', minimumPoints: 5 } as const;
    const { lenses, radius } = await engine.run('mapperLenses', choice);
    const step = async (intervals: number, overlap: number): Promise<number> => {
      const started = performance.now();
      const cover = { intervals, overlap, clustering: 'dbscan', radius, minimumPoints: 5 } as const;
      await engine.run('mapperGraph', { points, lenses, cover, labels, seed: 0 });
      return performance.now() - started;
    };
    for (let warm = 0; warm < 5; warm++) await step(20, 0.3);
    const milliseconds: number[] = [];
    for (let intervals = 10; intervals <= 50; intervals++) milliseconds.push(await step(intervals, 0.3));
    for (let overlap = 5; overlap <= 60; overlap += 5) milliseconds.push(await step(20, overlap / 100));
    return timing(milliseconds);
  } finally {
    engine.dispose();
  }
}

/** Nodes in a plane, each joined to some before it. */
function largeShape(): MapperShape {
  const random = new Random(0, 'large graph');
  const starts = Uint32Array.from({ length: NODES + 1 }, (_, node) => 2 * node);
  const edges = Array.from({ length: 2 * NODES }, (_, e) => {
    const target = 1 + (e % (NODES - 1));
    return [Math.max(0, target - 1 - random.integer(20)), target] as const;
  });
  return {
    points: 2 * NODES,
    starts,
    members: Uint32Array.from({ length: 2 * NODES }, (_, i) => i),
    interval: new Uint32Array(NODES),
    source: Uint32Array.from(edges, ([source]) => source),
    target: Uint32Array.from(edges, ([, target]) => target),
    shared: new Uint32Array(edges.length).fill(1),
    coverage: 1,
    components: 1,
    loops: NODES,
    radius: 1,
    purity: undefined,
    shuffled: undefined,
  };
}

/** Drags the graph to and fro, and gives the milliseconds between frames. A text: what runs in the page must not refer to this file. */
const DRAG = `(async () => {
  const stage = document.querySelector('.network-stage');
  const box = stage.getBoundingClientRect();
  stage.setPointerCapture = () => undefined;
  const send = (type, x) => stage.dispatchEvent(new PointerEvent(type, { bubbles: true, button: 0, pointerId: 1, clientX: box.left + x, clientY: box.top + 300 }));
  const frame = () => new Promise(resolve => requestAnimationFrame(resolve));
  send('pointerdown', 300);
  const found = [];
  let last = await frame();
  for (let k = 0; k < ${FRAMES}; k++) {
    send('pointermove', 300 + 200 * Math.sin(k / 10));
    const now = await frame();
    found.push(now - last);
    last = now;
  }
  send('pointerup', 300);
  return found;
})()`;

async function draggedFrames(): Promise<Timing> {
  const shape = largeShape();
  const random = new Random(0, 'places');
  const positions = Float32Array.from({ length: 2 * NODES }, () => 4000 * random.uniform());
  const labels = Int32Array.from({ length: shape.points }, (_, i) => i % 7);
  const head: MapperHead = {
    model: { name: 'm.onnx', format: 'onnx' },
    data: { name: '/w/d.npz#X', rows: shape.points },
    layer: { name: 'fc1', op: 'Gemm', shape: undefined },
    layers: ['fc1'],
    points: { count: shape.points, width: 2 },
    facts: {
      rowOfPoint: Uint32Array.from(labels, (_, i) => i),
      labels: { name: 'y', values: labels, classes: ['a', 'b', 'c', 'd', 'e', 'f', 'g'] },
      predicted: undefined,
      correct: undefined,
      confidence: undefined,
      columns: [],
      projection: new Float64Array(2 * shape.points),
    },
    accuracy: undefined,
    warnings: [],
  };
  const kept = writeKept({ parameters: FIRST_PARAMETERS, colouring: 'class', isStripOpen: true, layout: { key: graphKey(shape), positions } }); // prettier-ignore
  const browser = await launchBrowser();
  try {
    const { page, deliver, close } = await openView(browser, { view: 'mapper' });
    await deliver(
      { type: 'start', title: 'large', restore: { version: 1, model: 'file:///m.onnx' }, layer: undefined, kept },
      { type: 'result', result: head },
      { type: 'graph', request: 1, parameters: FIRST_PARAMETERS, shape, lenses: undefined },
    );
    const milliseconds = await page.evaluate<number[]>(DRAG);
    await close();
    return timing(milliseconds);
  } finally {
    await browser.close();
  }
}

function layout(): void {
  const { source, target } = largeShape();
  const strength = new Float32Array(source.length).fill(0.5);
  const graph = { count: NODES, radius: new Float32Array(NODES).fill(5), source, target, strength };
  const steps = new LayoutSteps({ graph, start: new Float32Array(2 * NODES).fill(NaN), energy: 1 });
  while (!steps.isDone) steps.step();
}
