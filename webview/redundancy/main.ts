import '../inspect/inspect.css';
import './redundancy.css';
import { decodeResult, encodeResult } from '../../src/protocol/codec';
import type { RedundancyFromView, RedundancyResult, RedundancyToView } from '../../src/protocol/redundancy';
import { App } from './app';
import { emptyState, preferencesOf, readPreferences, Store } from './state';

/** The page of redundant layers. What it shows is strangers' text, and becomes text alone. */
const api = window.acquireVsCodeApi!();
const root = document.getElementById('neural-topology-app')!;
const post = (message: RedundancyFromView): void => api.postMessage(message);
const saved = api.getState();
const store = new Store(emptyState(readPreferences(saved)));
const app = new App(store, post, root);

/** A result larger than this, as text, is not kept while the page is hidden: it is sent again. */
const MOST_KEPT = 2 ** 20;
let kept = keptOf(saved);
if (kept !== undefined) recall(kept);
store.subscribe((state, before) => {
  const isOther = preferencesOf(state);
  if (state.restore === before.restore && JSON.stringify(isOther) === JSON.stringify(preferencesOf(before))) return;
  keep();
});
window.addEventListener('message', (event: MessageEvent<RedundancyToView>) => {
  app.receive(event.data);
  if (event.data.type !== 'result') return;
  const text = encodeResult(event.data.result);
  kept = text.length <= MOST_KEPT ? text : undefined;
  keep();
});
post({ type: 'ready' });

function keep(): void {
  const { restore } = store.state;
  api.setState({
    version: 1,
    view: preferencesOf(store.state),
    ...(kept === undefined ? {} : { memory: kept }),
    ...(restore === undefined ? {} : { host: restore }),
  });
}

function keptOf(value: unknown): string | undefined {
  return typeof value === 'object' && value !== null && 'memory' in value && typeof value.memory === 'string'
    ? value.memory
    : undefined;
}

/** What was shown before the page was taken away, until it is sent again. */
function recall(text: string): void {
  try {
    app.receive({ type: 'result', result: decodeResult(text) as RedundancyResult });
  } catch {
    kept = undefined;
  }
}
