import { fileName, labelsName } from '../format/fileName';
import {
  formatCount,
  formatNumber,
  formatPercent,
  formatShareRange,
  formatQuantity,
  formatShape,
} from '../format/numbers';
import { element, iconButton, uniqueId } from './dom';
import { attachMenu, type MenuItem } from './menu';
import type { InspectHead } from '../../src/protocol/panel';
import type { ParameterChanges, State } from './store';

/** The line at the top: which model, on which data, how good; what was computed, and what to do with it. */

export interface HeaderActions {
  change(changes: ParameterChanges): void;
  rerun(): void;
  exports(): readonly (MenuItem | null)[];
  more(): readonly (MenuItem | null)[];
}

const POINTS = [100, 200, 500, 1000, 2000];
const REDUCTIONS: readonly (readonly [value: string, label: string])[] = [
  ['auto', 'auto'],
  ['mean', 'mean over positions'],
  ['flatten', 'all values in a row'],
  ['positions', 'a point a position'],
];

interface Choice {
  readonly value: string;
  readonly label: string;
}

function labelledSelect(
  label: string,
  title: string,
  onChange: (value: string) => void,
): [HTMLElement, HTMLSelectElement] {
  const id = uniqueId('select');
  const select = element('select', { id, title });
  select.addEventListener('change', () => onChange(select.value));
  const holder = element('span', { class: 'field' }, [
    element('label', { text: label, attributes: { for: id } }),
    select,
  ]);
  return [holder, select];
}

function fill(select: HTMLSelectElement, choices: readonly Choice[], value: string): void {
  const key = JSON.stringify(choices);
  if (select.dataset['choices'] !== key) {
    select.dataset['choices'] = key;
    select.replaceChildren(
      ...choices.map(choice => element('option', { text: choice.label, attributes: { value: choice.value } })),
    );
  }
  if (select.value !== value) select.value = value;
}

export class Header {
  readonly root: HTMLElement;
  private readonly title = element('h1');
  private readonly facts = element('p', { class: 'facts' });
  private readonly accuracy = element('p', { class: 'accuracy' });
  private readonly points: HTMLSelectElement;
  private readonly dimension: HTMLSelectElement;
  private readonly reduction: HTMLSelectElement;
  private readonly rerun: HTMLButtonElement;
  private readonly tools: HTMLElement;

  constructor(mode: State['mode'], actions: HeaderActions) {
    const [pointsField, points] = labelledSelect('points', 'How many rows are drawn, with the seed', value =>
      actions.change({ points: Number(value) }),
    );
    const [dimensionField, dimension] = labelledSelect('dim', 'Highest dimension of homology', value =>
      actions.change({ maxDimension: Number(value) }),
    );
    const [reductionField, reduction] = labelledSelect('reduce', 'How spatial activations become points', value =>
      actions.change({ reduction: value }),
    );
    this.points = points;
    this.dimension = dimension;
    this.reduction = reduction;
    this.rerun = iconButton('rerun', 'Run again', () => actions.rerun());
    const exportButton = iconButton('export', 'Export', () => undefined);
    const moreButton = iconButton('more', 'More actions', () => undefined);
    this.tools = element('div', { class: 'tools' });
    if (mode === 'panel') this.tools.append(pointsField, dimensionField, reductionField, this.rerun);
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
    for (const control of this.tools.querySelectorAll('select')) control.disabled = head === undefined;
    this.rerun.disabled = head === undefined || state.status?.kind === 'running';
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
    this.updateControls(state);
  }

  private updateControls(state: State): void {
    const { head, changes } = state;
    if (head === undefined) return;
    const { parameters, data } = head;
    const points = changes.points ?? parameters.points;
    const counts = new Set([...POINTS.filter(count => count < data.rows), points, data.rows]);
    const most = Math.max(...POINTS);
    const choices = [...counts]
      .filter(count => count <= Math.max(most, points))
      .sort((a, b) => a - b)
      .map(count => ({
        value: String(count),
        label: data.rows <= count ? `all ${formatCount(data.rows)}` : formatCount(count),
      }));
    // A number of points above that of the rows means all of them.
    const unique = choices.filter((choice, i) => choices.findIndex(other => other.label === choice.label) === i);
    const chosen =
      points < data.rows ? points : (unique.find(choice => choice.label.startsWith('all'))?.value ?? points);
    fill(this.points, unique, String(chosen));
    fill(
      this.dimension,
      [0, 1, 2].map(k => ({ value: String(k), label: String(k) })),
      String(changes.maxDimension ?? parameters.maxDimension),
    );
    fill(
      this.reduction,
      REDUCTIONS.map(([value, label]) => ({ value, label })),
      changes.reduction ?? parameters.reduction ?? 'auto',
    );
    const pending = Object.keys(changes).length !== 0;
    this.rerun.classList.toggle('pending', pending);
    const label = pending ? 'Run again with these settings' : 'Run again';
    this.rerun.title = label;
    this.rerun.setAttribute('aria-label', label);
    const note = formatNumber(parameters.seed);
    this.points.title = `How many rows are drawn, with seed ${note}`;
  }
}

function dataFact({ name, rowShape, treatment }: InspectHead['data']): [text: string, title: string] {
  return [fileName(name), `${name}: ${formatShape(rowShape)} a row, ${treatment}`];
}
