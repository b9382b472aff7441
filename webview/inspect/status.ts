import type { FaultAction, PanelStatus, ProgramWay } from '../../src/protocol/panel';
import { formatCount, formatDuration, formatMoment, formatQuantity, formatRemaining } from '../format/numbers';
import { drawIcon, element } from './dom';
import type { ParameterChanges, State } from './store';

/** How the run goes: one thin bar with the time left and a stop, or the state that there is instead of a result. */

/** What of a page's state says how its run goes. */
export interface StatusSource {
  readonly status: PanelStatus | undefined;
  readonly head: unknown;
  readonly layers: { readonly size: number };
  readonly mode: State['mode'];
  readonly commandLine: string;
}

export interface StatusActions {
  stop(): void;
  rerun(changes?: ParameterChanges): void;
  pickData(): void;
  chooseModel(): void;
  describe(): void;
  programWay(way: ProgramWay): void;
  confirm(proceed: boolean): void;
  copyDetails(text: string): void;
  showLog(): void;
}

export class StatusView {
  /** The strip under the layers. */
  readonly strip = element('div', { class: 'strip' });
  /** The card instead of the layers, where there are none to show. */
  readonly card = element('section', { class: 'card', attributes: { 'aria-label': 'Status' } });
  readonly live = element('div', { class: 'visually-hidden', attributes: { role: 'status', 'aria-live': 'polite' } });
  private readonly phrase = element('span', { class: 'phrase' });
  private readonly bar = element('progress', { attributes: { max: '1', 'aria-label': 'Progress' } });
  private readonly stop: HTMLButtonElement;
  private stripKind = '';

  constructor(
    mode: State['mode'],
    private readonly actions: StatusActions,
  ) {
    this.stop = element('button', {
      class: 'secondary',
      text: 'stop',
      title: 'Stop; finished layers stay',
      attributes: { type: 'button' },
      onClick: () => {
        this.stop.disabled = true;
        actions.stop();
      },
    });
    this.strip.hidden = mode === 'report';
    this.card.hidden = true;
  }

  update(state: StatusSource, before: StatusSource | undefined): void {
    const { status } = state;
    if (
      before !== undefined &&
      before.status === status &&
      before.head === state.head &&
      before.layers === state.layers
    ) {
      return;
    }
    if (before?.status?.kind !== status?.kind || before?.status !== status) this.announce(state, before);
    this.updateStrip(state);
    this.updateCard(state);
  }

  /** What the button for an action says, and does. */
  private wayOut(action: FaultAction): [label: string, run: () => void] {
    switch (action.id) {
      case 'rerun':
        return ['Try again', () => this.actions.rerun()];
      case 'pickData':
        return ['Choose other data', () => this.actions.pickData()];
      case 'chooseModel':
        return ['Choose another model', () => this.actions.chooseModel()];
      case 'describe':
        return ['Describe the model', () => this.actions.describe()];
      case 'showLog':
        return ['Show log', () => this.actions.showLog()];
      case 'chooseActivation':
        return ['Choose the activation…', () => this.actions.programWay(action.id)];
      case 'createLayerList':
        return ['Create a layer list…', () => this.actions.programWay(action.id)];
      case 'openLayerList':
        return ['Open the layer list', () => this.actions.programWay(action.id)];
      case 'copyExportCode':
        return ['Copy export code', () => this.actions.programWay(action.id)];
      case 'runWithPython':
        return ['Run with your Python…', () => this.actions.programWay(action.id)];
      case 'fewerPoints':
        return [
          `Run with ${formatQuantity(action.points, 'point')}`,
          () => this.actions.rerun({ points: action.points }),
        ];
    }
  }

  private announce(state: StatusSource, before: StatusSource | undefined): void {
    const { status } = state;
    if (status === undefined || (status.kind === 'running' && before?.status?.kind === 'running')) return;
    const texts = {
      waiting: () => (status.kind === 'waiting' ? status.message : ''),
      confirm: () => (status.kind === 'confirm' ? status.message : ''),
      running: () => 'Computing.',
      done: () => `Done: ${formatQuantity(state.layers.size, 'layer')}.`,
      cancelled: () => `Stopped: ${formatQuantity(state.layers.size, 'layer is', 'layers are')} kept.`,
      failed: () => (status.kind === 'failed' ? status.fault.message : ''),
    };
    this.live.textContent = texts[status.kind]();
  }

  private updateStrip(state: StatusSource): void {
    const { status } = state;
    const kind = status?.kind ?? '';
    if (kind !== this.stripKind) {
      this.stripKind = kind;
      this.stop.disabled = false;
      this.strip.className = `strip ${kind}`;
      const again = element('button', {
        class: 'link',
        text: kind === 'cancelled' ? 'run the rest' : 'run again',
        attributes: { type: 'button' },
        onClick: () => this.actions.rerun(),
      });
      const isRunning = kind === 'running';
      const mayRunAgain = kind === 'cancelled' || kind === 'done';
      this.strip.replaceChildren(
        ...(isRunning ? [this.bar] : []),
        this.phrase,
        ...(isRunning ? [this.stop] : mayRunAgain ? [again] : []),
      );
    }
    this.phrase.textContent = '';
    switch (status?.kind) {
      case 'running': {
        this.bar.value = Math.max(0, Math.min(1, status.fraction));
        const parts = [
          `${Math.floor(100 * status.fraction)}\u00a0%`,
          status.phrase,
          formatRemaining(status.remainingMilliseconds),
        ];
        this.phrase.textContent = parts.filter(part => part !== '').join(' · ');
        break;
      }
      case 'done':
        this.phrase.textContent = doneText(status, state.layers.size);
        break;
      case 'cancelled':
        this.phrase.textContent = `stopped: ${formatCount(status.finished)} of ${formatQuantity(status.total, 'layer')} are kept`;
        break;
      case 'waiting':
      case 'confirm':
      case 'failed':
      case undefined:
        break;
    }
    this.strip.hidden = state.mode === 'report' || this.phrase.textContent === '';
  }

  private updateCard(state: StatusSource): void {
    const { status } = state;
    this.card.hidden = status?.kind !== 'waiting' && status?.kind !== 'confirm' && status?.kind !== 'failed';
    if (this.card.hidden || status === undefined) return;
    const button = (text: string, run: () => void, kind = 'primary'): HTMLElement =>
      element('button', { class: kind, text, attributes: { type: 'button' }, onClick: run });
    this.card.className = `card ${status.kind}`;
    if (status.kind === 'waiting') {
      const children: Node[] = [element('p', { class: 'lead', text: status.message })];
      const { action } = status;
      if (action !== undefined) {
        const run = action.id === 'pickData' ? () => this.actions.pickData() : () => this.actions.rerun();
        children.push(button(action.label, run, 'link'));
      }
      this.card.replaceChildren(...children);
    } else if (status.kind === 'confirm') {
      this.card.replaceChildren(
        element('p', { class: 'lead', text: status.message }),
        element('p', { class: 'buttons' }, [
          button('Run anyway', () => this.actions.confirm(true)),
          button('Not now', () => this.actions.confirm(false), 'secondary'),
        ]),
      );
    } else if (status.kind === 'failed') {
      const { fault } = status;
      const lines = [
        fault.message,
        fault.hint,
        `code: ${fault.code}`,
        fault.source && `source: ${fault.source}`,
        state.commandLine,
      ];
      const details = lines.filter(line => line !== undefined && line !== '').join('\n');
      const lead = element('p', { class: 'lead' }, [drawIcon('error'), element('span', { text: fault.message })]);
      const children: Node[] = [lead];
      if (fault.hint !== undefined) children.push(element('p', { class: 'hint', text: fault.hint }));
      if (0 < state.layers.size) {
        children.push(
          element('p', {
            class: 'hint',
            text: `${formatQuantity(state.layers.size, 'layer was', 'layers were')} finished before and kept.`,
          }),
        );
      }
      children.push(
        element('p', { class: 'buttons' }, [
          ...status.actions.map((action, i) => {
            const [label, run] = this.wayOut(action);
            return button(label, run, i === 0 ? 'primary' : 'secondary');
          }),
          button('Copy details', () => this.actions.copyDetails(details), 'secondary'),
        ]),
        element('p', { class: 'code', text: fault.code, title: 'Code of the fault, as the command line has it' }),
      );
      this.card.replaceChildren(...children);
    }
  }
}

/** What was computed now, and what earlier runs had computed. */
export function doneText({ milliseconds, kept }: Extract<PanelStatus, { kind: 'done' }>, layers: number): string {
  const time = formatDuration(milliseconds);
  if (kept === undefined) return `${formatQuantity(layers, 'layer')} in ${time}`;
  const [first, last] = [formatMoment(kept.first), formatMoment(kept.last)];
  const when = first === last ? first : `${first} – ${last}`;
  if (kept.layers < layers)
    return `${formatQuantity(layers, 'layer')} in ${time}, ${formatCount(kept.layers)} of them kept from an earlier run (${when})`;
  return `${formatQuantity(layers, 'layer')} kept from an earlier run (${when}); model, data and settings are unchanged`;
}
