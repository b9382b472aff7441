import '../inspect/inspect.css';
import './compare.css';
import { decodeResult } from '../../src/protocol/codec';
import type { CompareResult, CompareToView } from '../../src/protocol/compare';
import { extensionHost, reportHost, type Host } from '../inspect/host';
import { CompareApp } from './app';
import { CompareStore, FIRST_VIEW, type ViewState } from './store';

/** Entry of the Compare view. In VS Code it draws what the extension sends; in a report, the result that the page carries. */

const nextFrame = (run: () => void): void => {
  requestAnimationFrame(run);
};

function containerOf(): HTMLElement {
  const known = document.getElementById('neural-topology-app');
  if (known !== null) return known;
  const made = document.createElement('main');
  made.id = 'neural-topology-app';
  document.body.append(made);
  return made;
}

const TYPES = ['start', 'status', 'partial', 'result', 'inputs'];

/** The extension's messages are its own; others that a page may get are not. */
function isOurs(message: unknown): message is CompareToView {
  return (
    typeof message === 'object' &&
    message !== null &&
    'type' in message &&
    typeof message.type === 'string' &&
    TYPES.includes(message.type)
  );
}

function isResult(value: unknown): value is CompareResult {
  return (
    typeof value === 'object' &&
    value !== null &&
    'head' in value &&
    'pairs' in value &&
    Array.isArray(value.pairs) &&
    'layers' in value &&
    Array.isArray(value.layers)
  );
}

/** What was looked at before a reload; what is not understood is as at first. */
function readView(saved: unknown): ViewState {
  if (typeof saved !== 'object' || saved === null || !('view' in saved)) return FIRST_VIEW;
  const { view } = saved;
  if (typeof view !== 'object' || view === null) return FIRST_VIEW;
  const of = (key: string): unknown => (view as Record<string, unknown>)[key];
  const whole = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 0;
  const pair = of('pair');
  const [a, b] = Array.isArray(pair) ? (pair as unknown[]) : [];
  const line = of('line');
  return {
    line: whole(line) ? line : undefined,
    pair: whole(a) && whole(b) && a < b ? [a, b] : FIRST_VIEW.pair,
    dimension: of('dimension') === 1 ? 1 : 0,
    kind: of('kind') === 'wasserstein' ? 'wasserstein' : 'bottleneck',
    order: of('order') === 'network' ? 'network' : 'change',
    point: undefined,
  };
}

function startPanel(host: Host): void {
  const store = new CompareStore('panel', readView(host.read()), nextFrame);
  new CompareApp(store, message => host.post(message), containerOf());
  let written: unknown;
  let restored: unknown;
  store.subscribe(({ view }) => {
    if (view === written && restored === store.restore) return;
    written = view;
    restored = store.restore;
    host.write({ version: 1, view, ...(store.restore === undefined ? {} : { host: store.restore }) });
  });
  window.addEventListener('message', (event: MessageEvent<unknown>) => {
    if (isOurs(event.data)) store.receive(event.data);
  });
  host.post({ type: 'ready' });
}

function startReport(text: string): void {
  const result = decodeResult(text);
  // What the page says without scripts stays when the result cannot be read.
  if (!isResult(result)) return;
  const host = reportHost();
  const store = new CompareStore('report', FIRST_VIEW, nextFrame);
  store.set({ status: { kind: 'done', milliseconds: 0 } });
  store.showResult(result);
  store.flush();
  new CompareApp(store, message => host.post(message), containerOf());
}

const embedded = document.getElementById('neural-topology-result')?.textContent;
if (embedded !== undefined && embedded !== null && embedded !== '') {
  startReport(embedded);
} else {
  const host = extensionHost();
  if (host !== undefined) startPanel(host);
}
