import { fileName, labelsName } from '../format/fileName';
import { formatCount, formatPercent, formatShareRange, formatQuantity, formatShape } from '../format/numbers';
import { element, iconButton } from './dom';
import { attachMenu, type MenuItem } from './menu';
import type { InspectHead } from '../../src/protocol/panel';
import { ParameterFields, type ParameterActions } from './parameterFields';
import type { State } from './store';

/** The line at the top: which model, on which data, how good; what was computed, and what to do with it. */

export interface HeaderActions extends ParameterActions {
  exports(): readonly (MenuItem | null)[];
  more(): readonly (MenuItem | null)[];
}

export class Header {
  readonly root: HTMLElement;
  private readonly title = element('h1');
  private readonly facts = element('p', { class: 'facts' });
  private readonly accuracy = element('p', { class: 'accuracy' });
  private readonly fields: ParameterFields;
  private readonly tools: HTMLElement;

  constructor(mode: State['mode'], actions: HeaderActions) {
    this.fields = new ParameterFields(actions, { hasDimension: true });
    const exportButton = iconButton('export', 'Export', () => undefined);
    const moreButton = iconButton('more', 'More actions', () => undefined);
    this.tools = element('div', { class: 'tools' });
    if (mode === 'panel') this.tools.append(...this.fields.parts);
    this.tools.append(attachMenu(exportButton, () => actions.exports()));
    if (mode === 'panel') this.tools.append(attachMenu(moreButton, () => actions.more()));
    this.root = element('section', { class: 'header', attributes: { 'aria-label': 'Model and data' } }, [
      this.title,
      this.facts,
      this.accuracy,
      this.tools,
    ]);
  }

  update(state: State): void {
    const { head } = state;
    const name = state.title || head?.model.name || '';
    this.title.textContent = name;
    this.title.title = state.modelPath || name;
    this.facts.replaceChildren();
    this.accuracy.replaceChildren();
    this.tools.classList.toggle('inactive', head === undefined);
    this.fields.update(
      head && { parameters: head.parameters, rows: head.data.rows },
      state.changes,
      state.status?.kind === 'running',
    );
    if (head === undefined) return;

    const { data, sampledRows, labels, accuracy, model, parameters } = head;
    const rows =
      sampledRows.length < data.rows
        ? `${formatCount(sampledRows.length)} of ${formatCount(data.rows)} rows`
        : formatQuantity(data.rows, 'row');
    const facts: [text: string, title: string][] = [
      ...(model.format === 'activations' ? [] : [dataFact(data)]),
      [rows, `sampled with seed ${parameters.seed}`],
    ];
    if (labels !== undefined)
      facts.push([
        `labels ${labelsName(labels.name, data.name)}`,
        `${labels.name}: ${formatQuantity(labels.classes.length, 'class', 'classes')}`,
      ]);
    // Activations that were saved come from a network that is not there.
    const size = model.format === 'activations' ? 'saved activations' : formatQuantity(model.parameters, 'parameter');
    facts.push([size, `${model.format}${model.producer ? `, ${model.producer}` : ''}`]);
    this.facts.append(...facts.map(([text, title]) => element('span', { class: 'fact', text, title })));
    if (accuracy !== undefined) {
      const range = formatShareRange(accuracy.low, accuracy.high);
      this.accuracy.append(
        element('span', { class: 'label', text: 'accuracy ' }),
        element('span', { class: 'value', text: formatPercent(accuracy.value) }),
        element('small', {
          class: 'interval',
          text: ` ${range}`,
          title: `95 % Wilson interval over ${formatCount(accuracy.samples)} rows`,
        }),
      );
    }
  }
}

function dataFact({ name, rowShape, treatment }: InspectHead['data']): [text: string, title: string] {
  return [fileName(name), `${name}: ${formatShape(rowShape)} a row, ${treatment}`];
}
