import type { Warning } from '../../src/protocol/results';
import type {
  DescribeFromView,
  DescribeToView,
  DescribeWords,
  OutlineResult,
  WeightCheck,
} from '../../src/protocol/describe';
import type { ProgramWay } from '../../src/protocol/panel';
import { formatBytes, formatCount } from '../format/numbers';
import { drawIcon, element } from '../inspect/dom';
import { heading } from './layerTable';
import { fill, sentenceCase, tensorShape } from './shapes';

type ModelMessage = Extract<DescribeToView, { type: 'model' }>;

/** What is said of the model as a whole, where no layer is chosen. */
export function modelFacts(message: ModelMessage, say: DescribeWords): HTMLElement {
  const { model, sizeBytes } = message;
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
  return element('div', { class: 'model-facts' }, [
    element('h2', { text: say.model }),
    element(
      'dl',
      { class: 'facts' },
      facts.map(([term, value]) => element('div', {}, [element('dt', { text: term }), element('dd', { text: value })])),
    ),
    ...(model.inputs.length === 0 ? [] : [tensors(say.inputs, 'inputs', model.inputs, say)]),
    ...(model.outputs.length === 0 ? [] : [tensors(say.outputs, 'outputs', model.outputs, say)]),
    ...(metadata.length === 0 ? [] : [metadataTable(metadata, say)]),
  ]);
}

/** What the file's author wrote into it, under keys of their own; closed, since it may be long. */
function metadataTable(metadata: OutlineResult['details'], say: DescribeWords): HTMLElement {
  const rows = metadata.map(({ name, value }) =>
    element('tr', {}, [
      element('th', { class: 'name', text: name, attributes: { scope: 'row' } }),
      element('td', { class: 'value', text: value }),
    ]),
  );
  const heads = [heading(say.key), heading(say.value)];
  return element('details', { class: 'metadata' }, [
    element('summary', {}, [
      element('h3', { text: say.metadata }),
      element('span', { class: 'count', text: formatCount(metadata.length) }),
    ]),
    element('div', { class: 'scroll' }, [
      element('table', {}, [element('thead', {}, [element('tr', {}, heads)]), element('tbody', {}, rows)]),
    ]),
  ]);
}

function tensors(title: string, id: string, list: OutlineResult['inputs'], say: DescribeWords): HTMLElement {
  const rows = list.map(({ name, shape, type }) =>
    element('tr', {}, [
      element('th', { class: 'name', text: name, title: name, attributes: { scope: 'row' } }),
      element('td', { class: 'shape', text: tensorShape(shape, say.unknown) }),
      element('td', { text: type }),
    ]),
  );
  const heads = [heading(say.name), heading(say.shape), heading(say.type)];
  return element('section', { attributes: { 'aria-labelledby': id } }, [
    element('h3', { id, text: title }),
    element('div', { class: 'scroll' }, [
      element('table', {}, [element('thead', {}, [element('tr', {}, heads)]), element('tbody', {}, rows)]),
    ]),
  ]);
}

/** What is known of a model beside its outline. */
export interface Standing {
  readonly check: WeightCheck | undefined;
  /** Whether a person asked for the look through the weights. */
  readonly wasOffered: boolean;
  /** Why what is shown is no longer what is there. */
  readonly stale: Extract<DescribeToView, { type: 'stale' }>['why'] | undefined;
}

/** What a person has to know before all else: what is new, what cannot be run, what is missing or assumed, what is wrong with the weights. */
export function notices(
  message: ModelMessage,
  { check, wasOffered, stale }: Standing,
  say: DescribeWords,
  post: (message: DescribeFromView) => void,
): HTMLElement[] {
  const { model } = message;
  const made: HTMLElement[] = [];
  if (stale !== undefined) made.push(mark(stale === 'gone' ? 'warning' : 'rerun', say.stale[stale]));
  else if (message.renewed !== undefined) {
    const { by, at } = message.renewed;
    made.push(mark('rerun', fill(say.renewed[by], timeOfDay(at))));
  }
  if (model.unsupported.length > 0) {
    const items = model.unsupported.map(({ operator, node, layersBefore }) => {
      const before = layersBefore.length === 0 ? say.noneBefore : fill(say.layersBefore, layersBefore.join(', '));
      return `${fill(say.unsupportedNode, operator, node)}. ${before}`;
    });
    made.push(notice('error', say.unsupported, items));
  }
  if (!model.isProgram && model.unsupported.length === 0) made.push(missingNetwork(message, say, post));
  const found = check?.kind === 'done' ? check.warnings : [];
  if (model.assumed !== undefined) made.push(assumedNetwork(model.assumed, found, say, post));
  // What is missing or assumed is said above.
  const warnings = found.filter(({ code }) => code !== 'no-program' && code !== 'assumed-architecture');
  if (warnings.length > 0)
    made.push(
      notice(
        'warning',
        say.warnings,
        warnings.map(warning => warning.message),
      ),
    );
  if (check?.kind === 'failed') made.push(notice('warning', say.warnings, [check.fault.message]));
  if (check?.kind === 'running' && wasOffered)
    made.push(element('p', { class: 'check quiet', text: say.checking, attributes: { role: 'status' } }));
  if (check?.kind === 'done' && warnings.length === 0 && wasOffered)
    made.push(element('p', { class: 'check quiet', text: say.checkedFinite, attributes: { role: 'status' } }));
  if (check?.kind === 'open') {
    const text = fill(say.checkWeights, formatBytes(check.bytes));
    made.push(element('p', { class: 'check' }, [link(text, () => post({ type: 'checkWeights' }))]));
  }
  return made;
}

/** Weights alone: what is not known, and the ways to a network that runs. */
function missingNetwork(
  { model, offersPython }: ModelMessage,
  say: DescribeWords,
  post: (message: DescribeFromView) => void,
): HTMLElement {
  if (model.format === 'activations') return notice('info', say.notRunnable, []);
  const { missing } = model;
  const ways: ProgramWay[] = [
    ...(missing?.chain === undefined ? [] : ['chooseActivation' as const]),
    ...(missing?.layerList === undefined
      ? []
      : [missing.layerList.exists ? ('openLayerList' as const) : ('createLayerList' as const)]),
    ...(missing === undefined ? [] : ['copyExportCode' as const]),
    ...(offersPython ? ['runWithPython' as const] : []),
  ];
  const { message, hint } = missing?.fault ?? { message: say.onlyWeights, hint: say.onlyWeightsHint };
  return notice(
    'info',
    message,
    hint === undefined ? [] : [hint],
    ways.map(way => link(say.ways[way], () => post({ type: 'programWay', way }))),
  );
}

/** Weights that run by what is not in their file: what was assumed, in full as soon as that is known, and how to take it back. */
function assumedNetwork(
  { sentence, by }: NonNullable<OutlineResult['assumed']>,
  warnings: readonly Warning[],
  say: DescribeWords,
  post: (message: DescribeFromView) => void,
): HTMLElement {
  const way = (text: string, chosen: ProgramWay) => link(text, () => post({ type: 'programWay', way: chosen }));
  const whole = warnings.filter(({ code }) => code === 'assumed-architecture').map(({ message }) => message);
  return notice(
    'info',
    sentence,
    whole,
    by === 'answer'
      ? [way(say.chooseAgain, 'chooseActivation'), link(say.forgetChoices, () => post({ type: 'forgetChoices' }))]
      : by === 'layerList'
        ? [way(say.ways.openLayerList, 'openLayerList')]
        : [],
  );
}

/** One line about the page itself. */
function mark(icon: 'warning' | 'rerun', text: string): HTMLElement {
  return element('p', { class: `mark ${icon}`, attributes: { role: 'status' } }, [
    drawIcon(icon),
    element('span', { text }),
  ]);
}

function timeOfDay(milliseconds: number): string {
  return new Date(milliseconds).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', second: '2-digit' });
}

export function link(text: string, onClick: () => void): HTMLButtonElement {
  return element('button', { class: 'link', text, attributes: { type: 'button' }, onClick });
}

function notice(
  kind: 'error' | 'warning' | 'info',
  title: string,
  items: readonly string[],
  ways: readonly HTMLElement[] = [],
): HTMLElement {
  return element('section', { class: `notice ${kind}` }, [
    drawIcon(kind),
    element('div', {}, [
      element('h2', { text: title }),
      ...(items.length === 0
        ? []
        : [
            element(
              'ul',
              {},
              items.map(text => element('li', { text })),
            ),
          ]),
      ...(ways.length === 0 ? [] : [element('div', { class: 'ways' }, ways)]),
    ]),
  ]);
}
