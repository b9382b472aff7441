import type { DescribeFromView, DescribeToView, DescribeWords } from '../../src/protocol/describe';
import type { FaultData } from '../../src/protocol/results';
import { drawIcon, element } from '../inspect/dom';
import { link } from './modelFacts';
import { Page } from './page';
import { recallState } from './state';
import '../page.css';
import './describe.css';

/** The page that says what a model file holds. All it shows is strangers' text, and becomes text alone. */
const api = window.acquireVsCodeApi!();
const root = document.getElementById('neural-topology-app')!;
const post = (message: DescribeFromView): void => api.postMessage(message);
let words: DescribeWords | undefined;
let page: Page | undefined;

window.addEventListener('message', (event: MessageEvent<DescribeToView>) => {
  const message = event.data;
  if (message.type === 'words') words = message.words;
  else if (words === undefined) return;
  else if (message.type === 'model') {
    page = new Page(message, words, recallState(api.getState()), post, state => api.setState(state));
    root.replaceChildren(page.root);
  } else if (message.type === 'failed') {
    page = undefined;
    root.replaceChildren(failure(message.name, message.fault, words));
  } else page?.receive(message);
});
// A canvas does not follow the theme: VS Code sets its name on the body, and its colours on the document.
const repaint = (): void => page?.repaint();
const observer = new MutationObserver(repaint);
observer.observe(document.body, { attributes: true, attributeFilter: ['class', 'data-vscode-theme-id'] });
observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style'] });
post({ type: 'ready' });

function failure(name: string, fault: FaultData, say: DescribeWords): HTMLElement {
  return element('div', { class: 'page failed' }, [
    element('header', {}, [element('h1', { text: name })]),
    element('section', { class: 'notice error', attributes: { role: 'alert' } }, [
      drawIcon('error'),
      element('div', {}, [
        element('p', { class: 'sentence', text: fault.message }),
        ...(fault.hint === undefined ? [] : [element('p', { text: fault.hint })]),
        element('p', { class: 'quiet' }, [`${fault.code} · `, link(say.showLog, () => post({ type: 'showLog' }))]),
      ]),
    ]),
  ]);
}
