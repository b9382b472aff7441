import { formatCount, formatNumber } from '../format/numbers';
import { element, iconButton, uniqueId } from './dom';
import type { ParameterChanges } from './store';

/** The choices of what a run is of, and the button that runs it again: they wait for that button. */

/** What of a run's parameters can be chosen. */
export interface ShownParameters {
  readonly points: number;
  /** Where it can be chosen. */
  readonly maxDimension?: number;
  readonly reduction: string | undefined;
  readonly seed: number;
}

export interface ParameterActions {
  change(changes: ParameterChanges): void;
  rerun(): void;
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

export class ParameterFields {
  /** In the order in which they are shown. */
  readonly parts: readonly HTMLElement[];
  private readonly points: HTMLSelectElement;
  private readonly dimension: HTMLSelectElement | undefined;
  private readonly reduction: HTMLSelectElement;
  private readonly rerun: HTMLButtonElement;

  constructor(actions: ParameterActions, { hasDimension }: { readonly hasDimension: boolean }) {
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
    this.dimension = hasDimension ? dimension : undefined;
    this.reduction = reduction;
    this.rerun = iconButton('rerun', 'Run again', () => actions.rerun());
    this.parts = [pointsField, ...(hasDimension ? [dimensionField] : []), reductionField, this.rerun];
  }

  /** `shown` is undefined until a run has begun: then there is nothing to choose from. */
  update(
    shown: { readonly parameters: ShownParameters; readonly rows: number } | undefined,
    changes: ParameterChanges,
    isRunning: boolean,
  ): void {
    for (const select of [this.points, this.dimension, this.reduction])
      if (select !== undefined) select.disabled = shown === undefined;
    this.rerun.disabled = shown === undefined || isRunning;
    if (shown === undefined) return;
    const { parameters, rows } = shown;
    const points = changes.points ?? parameters.points;
    const choices = pointChoices(points, rows);
    const chosen = points < rows ? points : (choices.find(choice => choice.label.startsWith('all'))?.value ?? points);
    fill(this.points, choices, String(chosen));
    if (this.dimension !== undefined)
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
    const isPending = Object.keys(changes).length !== 0;
    this.rerun.classList.toggle('pending', isPending);
    const label = isPending ? 'Run again with these settings' : 'Run again';
    this.rerun.title = label;
    this.rerun.setAttribute('aria-label', label);
    this.points.title = `How many rows are drawn, with seed ${formatNumber(parameters.seed)}`;
  }
}

function pointChoices(points: number, rows: number): readonly Choice[] {
  const counts = new Set([...POINTS.filter(count => count < rows), points, rows]);
  const most = Math.max(...POINTS);
  const choices = [...counts]
    .filter(count => count <= Math.max(most, points))
    .sort((a, b) => a - b)
    .map(count => ({ value: String(count), label: rows <= count ? `all ${formatCount(rows)}` : formatCount(count) }));
  // A number of points above that of the rows means all of them.
  return choices.filter((choice, i) => choices.findIndex(other => other.label === choice.label) === i);
}
