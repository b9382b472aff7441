import type { DescribeFromView, DescribeResult, DescribeToView, DescribeWords } from '../../src/protocol/describe';
import type { FaultData } from '../../src/protocol/results';
import { formatBytes, formatCount } from '../format/numbers';
import { drawIcon, element } from '../inspect/dom';
import { heading, layerTable } from './layerTable';
import { fill, tensorShape, sentenceCase } from './shapes';
import './describe.css';

/** The page that says what a model file holds. All it shows is strangers' text, and becomes text alone. */
const api = window.acquireVsCodeApi!();
const root = document.getElementById('neural-topology-app')!;
let words: DescribeWords | undefined;

window.addEventListener('message', (event: MessageEvent<DescribeToView>) => {
  const message = event.data;
  if (message.type === 'words') words = message.words;
  else if (words && message.type === 'model')
    root.replaceChildren(page(message.name, message.sizeBytes, message.model, words));
  else if (words && message.type === 'failed') root.replaceChildren(failure(message.name, message.fault, words));
});
post('ready');

function post(type: DescribeFromView['type']): void {
  const message: DescribeFromView = { type };
  api.postMessage(message);
}

function page(name: string, sizeBytes: number, model: DescribeResult, say: DescribeWords): HTMLElement {
  const inspect = element('button', {
    class: 'primary',
    text: say.inspect,
    attributes: { type: 'button' },
    onClick: () => post('inspect'),
  });
  const facts: [string, string][] = [
    [say.format, model.format],
    [say.producer, model.producer || say.unknown],
    [say.parameters, formatCount(model.parameters)],
    [say.layers, formatCount(model.layers.length)],
    [say.fileSize, formatBytes(sizeBytes)],
    ...model.details
      .filter(detail => detail.metadata === undefined)
      .map(({ name: detail, value }): [string, string] => [sentenceCase(detail), value]),
    ...(model.classNames ? [[say.classes, model.classNames.join(', ')] as [string, string]] : []),
  ];
  const metadata = model.details.filter(detail => detail.metadata);
  return element('div', { class: 'page' }, [
    element('header', {}, [element('h1', { text: name }), inspect]),
    element(
      'dl',
      { class: 'facts' },
      facts.map(([term, value]) => element('div', {}, [element('dt', { text: term }), element('dd', { text: value })])),
    ),
    ...notices(model, say),
    element('div', { class: 'ends' }, [
      tensors(say.inputs, 'inputs', model.inputs, say),
      tensors(say.outputs, 'outputs', model.outputs, say),
    ]),
    ...(metadata.length === 0 ? [] : [metadataTable(metadata, say)]),
    layerTable(model.layers, say),
  ]);
}

/** What the file's author wrote into it, under keys of their own; closed, since it may be long. */
function metadataTable(metadata: DescribeResult['details'], say: DescribeWords): HTMLElement {
  const rows = metadata.map(({ name, value }) =>
    element('tr', {}, [
      element('th', { class: 'name', text: name, attributes: { scope: 'row' } }),
      element('td', { class: 'value', text: value }),
    ]),
  );
  const heads = [heading(say.key), heading(say.value)];
  return element('details', { class: 'metadata' }, [
    element('summary', {}, [
      element('h2', { text: say.metadata }),
      element('span', { class: 'count', text: formatCount(metadata.length) }),
    ]),
    element('div', { class: 'scroll' }, [
      element('table', {}, [element('thead', {}, [element('tr', {}, heads)]), element('tbody', {}, rows)]),
    ]),
  ]);
}

function notices(model: DescribeResult, say: DescribeWords): HTMLElement[] {
  const made: HTMLElement[] = [];
  if (model.unsupported.length > 0) {
    const items = model.unsupported.map(({ operator, node, layersBefore }) => {
      const before = layersBefore.length === 0 ? say.noneBefore : fill(say.layersBefore, layersBefore.join(', '));
      return `${fill(say.unsupportedNode, operator, node)}. ${before}`;
    });
    made.push(notice('error', say.unsupported, items));
  }
  if (model.warnings.length > 0)
    made.push(
      notice(
        'warning',
        say.warnings,
        model.warnings.map(({ message }) => message),
      ),
    );
  return made;
}

function notice(kind: 'error' | 'warning', title: string, items: readonly string[]): HTMLElement {
  return element('section', { class: `notice ${kind}` }, [
    drawIcon(kind),
    element('div', {}, [
      element('h2', { text: title }),
      element(
        'ul',
        {},
        items.map(text => element('li', { text })),
      ),
    ]),
  ]);
}

function tensors(title: string, id: string, list: DescribeResult['inputs'], say: DescribeWords): HTMLElement {
  const rows = list.map(({ name, shape, type }) =>
    element('tr', {}, [
      element('th', { class: 'name', text: name, title: name, attributes: { scope: 'row' } }),
      element('td', { class: 'shape', text: tensorShape(shape, say.unknown) }),
      element('td', { text: type }),
    ]),
  );
  const heads = [heading(say.name), heading(say.shape), heading(say.type)];
  return element('section', { attributes: { 'aria-labelledby': id } }, [
    element('h2', { id, text: title }),
    element('div', { class: 'scroll' }, [
      element('table', {}, [element('thead', {}, [element('tr', {}, heads)]), element('tbody', {}, rows)]),
    ]),
  ]);
}

function failure(name: string, fault: FaultData, say: DescribeWords): HTMLElement {
  const log = element('button', {
    class: 'link',
    text: say.showLog,
    attributes: { type: 'button' },
    onClick: () => post('showLog'),
  });
  return element('div', { class: 'page' }, [
    element('header', {}, [element('h1', { text: name })]),
    element('section', { class: 'notice error', attributes: { role: 'alert' } }, [
      drawIcon('error'),
      element('div', {}, [
        element('p', { class: 'sentence', text: fault.message }),
        ...(fault.hint === undefined ? [] : [element('p', { text: fault.hint })]),
        element('p', { class: 'quiet' }, [`${fault.code} · `, log]),
      ]),
    ]),
  ]);
}
