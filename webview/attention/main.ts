import '../inspect/inspect.css';
import '../network/network.css';
import './attention.css';
import type { AttentionFromView, AttentionToView } from '../../src/protocol/attention';
import { Page } from './page';
import { emptyState, preferencesOf, readPreferences, type State } from './state';

/** The page of attention heads. What it shows is strangers' text, and becomes text alone. */
const api = window.acquireVsCodeApi!();
const root = document.getElementById('neural-topology-app')!;
const post = (message: AttentionFromView): void => api.postMessage(message);
let kept = '';
const keep = (state: State): void => {
  const { restore } = state;
  const saved = { version: 1, view: preferencesOf(state), ...(restore === undefined ? {} : { host: restore }) };
  const text = JSON.stringify(saved);
  if (text === kept) return;
  kept = text;
  api.setState(saved);
};
const page = new Page(emptyState(readPreferences(api.getState())), post, keep, root);
window.addEventListener('message', (event: MessageEvent<AttentionToView>) => page.receive(event.data));
post({ type: 'ready' });
