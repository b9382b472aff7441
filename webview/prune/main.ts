import type { PruneFromView, PruneToView } from '../../src/protocol/prune';
import { Page, type PageState } from './page';
import '../page.css';
import './prune.css';

/** The panel that prunes a model. All it shows of a model is strangers' text, and becomes text alone. */
const api = window.acquireVsCodeApi!();
const root = document.getElementById('neural-topology-app')!;
const post = (message: PruneFromView): void => api.postMessage(message);
let page: Page | undefined;

window.addEventListener('message', (event: MessageEvent<PruneToView>) => {
  const message = event.data;
  if (message.type === 'start') {
    page = new Page(message, post, (state: PageState) => api.setState(state));
    root.replaceChildren(page.root);
  } else page?.receive(message);
});
window.addEventListener('resize', () => page?.redraw());
post({ type: 'ready' });
