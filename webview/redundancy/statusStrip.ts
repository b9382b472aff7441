import type { FaultAction, PanelStatus, Plain } from '../../src/protocol/panel';
import { formatDuration, formatRemaining } from '../format/numbers';
import { drawIcon, element } from '../inspect/dom';

/** What can be done about a run; every view that shows one may send it. */
export type StatusMessage =
  | Plain<'cancel' | 'rerun' | 'pickData' | 'showLog' | 'chooseModel' | 'describe'>
  | { readonly type: 'confirm'; readonly proceed: boolean }
  | { readonly type: 'copy'; readonly text: string };

/** How the run goes, or the state that there is instead of a result. */
export class StatusStrip {
  readonly strip = element('div', { class: 'strip' });
  readonly card = element('section', { class: 'card', attributes: { 'aria-label': 'Status' } });
  readonly live = element('div', { class: 'visually-hidden', attributes: { role: 'status', 'aria-live': 'polite' } });
  private readonly bar = element('progress', { attributes: { max: '1', 'aria-label': 'Progress' } });
  private readonly phrase = element('span', { class: 'phrase' });
  private kind = '';

  constructor(private readonly post: (message: StatusMessage) => void) {
    this.card.hidden = true;
  }

  update(status: PanelStatus | undefined, hasResult: boolean): void {
    const kind = status?.kind ?? '';
    const button = (text: string, run: () => void, look = 'secondary') =>
      element('button', { class: look, text, attributes: { type: 'button' }, onClick: run });
    if (kind !== this.kind) {
      this.kind = kind;
      if (kind !== 'running') this.live.textContent = spoken(status);
      const again = button('run again', () => this.post({ type: 'rerun' }), 'link');
      const parts = kind === 'running' ? [this.bar, this.phrase, button('stop', () => this.post({ type: 'cancel' }))] : [this.phrase, again]; // prettier-ignore
      this.strip.replaceChildren(...parts);
    }
    this.strip.hidden = kind !== 'running' && kind !== 'done' && kind !== 'cancelled';
    if (status?.kind === 'running') {
      this.bar.value = Math.max(0, Math.min(1, status.fraction));
      const parts = [
        `${Math.floor(100 * status.fraction)}\u00a0%`,
        status.phrase,
        formatRemaining(status.remainingMilliseconds),
      ];
      this.phrase.textContent = parts.filter(part => part !== '').join(' · ');
    } else if (status?.kind === 'done') this.phrase.textContent = `done in ${formatDuration(status.milliseconds)}`;
    else if (status?.kind === 'cancelled') this.phrase.textContent = 'stopped';
    this.card.hidden = hasResult || (kind !== 'waiting' && kind !== 'confirm' && kind !== 'failed');
    if (this.card.hidden || status === undefined) return;
    this.card.className = `card ${kind}`;
    if (status.kind === 'waiting')
      this.card.replaceChildren(
        element('p', { class: 'lead', text: status.message }),
        ...(status.action === undefined
          ? []
          : [button(status.action.label, () => this.post({ type: 'pickData' }), 'link')]),
      );
    else if (status.kind === 'confirm')
      this.card.replaceChildren(
        element('p', { class: 'lead', text: status.message }),
        element('p', { class: 'buttons' }, [
          button('Run anyway', () => this.post({ type: 'confirm', proceed: true }), 'primary'),
          button('Cancel', () => this.post({ type: 'confirm', proceed: false })),
        ]),
      );
    else if (status.kind === 'failed')
      this.card.replaceChildren(
        element('p', { class: 'lead' }, [drawIcon('error'), element('span', { text: status.fault.message })]),
        ...(status.fault.hint === undefined ? [] : [element('p', { class: 'hint', text: status.fault.hint })]),
        element('p', { class: 'buttons' }, [
          ...status.actions.flatMap(action => this.wayOut(action, button)),
          button('Copy details', () => this.post({ type: 'copy', text: JSON.stringify(status.fault, undefined, 2) })),
        ]),
      );
  }

  private wayOut({ id }: FaultAction, button: (text: string, run: () => void) => HTMLElement): readonly HTMLElement[] {
    const ways = {
      rerun: 'Try again',
      pickData: 'Choose other data',
      chooseModel: 'Choose another model',
      describe: 'Describe the model',
      showLog: 'Show log',
    } as const;
    return id in ways
      ? [button(ways[id as keyof typeof ways], () => this.post({ type: id as keyof typeof ways }))]
      : [];
  }
}

function spoken(status: PanelStatus | undefined): string {
  switch (status?.kind) {
    case 'waiting':
    case 'confirm':
      return status.message;
    case 'failed':
      return status.fault.message;
    case 'done':
      return 'Done.';
    case 'cancelled':
      return 'Stopped.';
    case 'running':
    case undefined:
      return '';
  }
}
