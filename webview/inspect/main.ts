import './inspect.css';
import type { FromView } from '../../src/protocol/panel';
import { decodeResult } from '../../src/protocol/codec';
import { App } from './app';
import { extensionHost, readPreferences, readRestore, reportHost, type Host, type SavedState } from './host';
import { memoryOf, recall } from './memory';
import { checkedMessage, checkedResult } from './messages';
import { emptyState, Store } from './store';

/**
 * Entry of the Inspect view. In VS Code it draws what the extension sends; in a report, the result that the page carries.
 */

const RESULT_ELEMENT = 'neural-topology-result';
const CONTAINER_ELEMENT = 'neural-topology-app';

function containerOf(): HTMLElement {
  const known = document.getElementById(CONTAINER_ELEMENT);
  if (known !== null) return known;
  const made = document.createElement('main');
  made.id = CONTAINER_ELEMENT;
  document.body.append(made);
  return made;
}

const nextFrame = (run: () => void): void => {
  requestAnimationFrame(run);
};

function startPanel(host: Host): void {
  const saved = host.read();
  const store = new Store({ ...emptyState('panel', readPreferences(saved)), ...recall(saved) }, nextFrame);
  store.restore = readRestore(saved);
  let restored = store.restore;
  new App(store, message => host.post(message), containerOf());
  if (store.state.isRemembered) performance.mark('neuralTopology.remembered');
  let memory: unknown = typeof saved === 'object' && saved !== null && 'memory' in saved ? saved.memory : undefined;
  let written: unknown;
  let remembered: unknown;
  store.subscribe(state => {
    const isResult = state.status?.kind === 'done' && state.provenance !== undefined;
    const isNew = isResult && remembered !== state.provenance;
    if (written === state.preferences && restored === store.restore && !isNew) return;
    written = state.preferences;
    restored = store.restore;
    if (isNew) {
      remembered = state.provenance;
      memory = memoryOf(state);
    }
    const kept: SavedState = {
      version: 1,
      view: state.preferences,
      ...(memory === undefined ? {} : { memory }),
      ...(store.restore === undefined ? {} : { host: store.restore }),
    };
    host.write(kept);
  });
  window.addEventListener('message', (event: MessageEvent<unknown>) => {
    const message = checkedMessage(event.data);
    if (message !== undefined) store.receive(message);
  });
  host.post({ type: 'ready' });
}

function startReport(text: string): void {
  const result = checkedResult(decodeResult(text));
  // What the page says without scripts stays when the result cannot be read.
  if (result === undefined) return;
  const host = reportHost();
  const store = new Store(emptyState('report', readPreferences(undefined)), nextFrame);
  store.set({ title: result.head.model.name, status: { kind: 'done', milliseconds: 0 } });
  store.showResult(result);
  store.flush();
  new App(store, (message: FromView) => host.post(message), containerOf());
}

const embedded = document.getElementById(RESULT_ELEMENT)?.textContent;
if (embedded !== undefined && embedded !== null && embedded !== '') {
  startReport(embedded);
} else {
  const host = extensionHost();
  if (host !== undefined) startPanel(host);
}
