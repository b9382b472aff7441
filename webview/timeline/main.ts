import type { TimelineFromView, TimelineToView } from '../../src/protocol/timeline';
import '../inspect/inspect.css';
import './timeline.css';
import { Page } from './page';
import { recallView } from './state';

/** The page of a folder's timeline. All names it shows are strangers' text, and become text alone. */
const api = window.acquireVsCodeApi!();
const root = document.getElementById('neural-topology-app')!;
const post = (message: TimelineFromView): void => api.postMessage(message);
document.body.classList.add('inspect-page');

let restore: unknown = kept(api.getState());
const page = new Page(root, recallView(api.getState()), post, view =>
  api.setState({ version: 1, view, ...(restore === undefined ? {} : { host: restore }) }),
);

window.addEventListener('message', (event: MessageEvent<TimelineToView>) => {
  const message = event.data;
  if (message.type === 'start') restore = message.restore;
  page.receive(message);
});
// A canvas does not follow the theme: VS Code sets its name on the body, and its colours on the document.
const observer = new MutationObserver(() => page.repaint());
observer.observe(document.body, { attributes: true, attributeFilter: ['class', 'data-vscode-theme-id'] });
observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style'] });
new ResizeObserver(() => page.repaint()).observe(root);
post({ type: 'ready' });

function kept(saved: unknown): unknown {
  return typeof saved === 'object' && saved !== null && 'host' in saved ? saved.host : undefined;
}
