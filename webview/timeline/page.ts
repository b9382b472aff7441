import type {
  Stop,
  TimelineEntry,
  TimelineFromView,
  TimelineStatus,
  TimelineToView,
  Warning,
} from '../../src/protocol/timeline';
import { drawIcon, element, iconButton } from '../inspect/dom';
import { formatCount, formatQuantity, formatRoundPercent } from '../format/numbers';
import { Charts } from './charts';
import { Detail } from './detail';
import { isMeasured } from './series';
import type { ViewState } from './state';
import { timelineCsv } from './table';

type Start = Extract<TimelineToView, { readonly type: 'start' }>;

/** The whole page: what was found, the charts over one axis, and the checkpoint that is pointed at. */
export class Page {
  private start: Start | undefined;
  private files: readonly string[] = [];
  private readonly entries = new Map<string, TimelineEntry>();
  private stop: Stop | null = null;
  private warnings: readonly Warning[] = [];
  private status: TimelineStatus = { kind: 'waiting' };
  /** The checkpoint under the pointer or the keys. */
  private focused: string | undefined;
  private scheduled = false;

  private readonly header = element('header', { class: 'timeline-header' });
  private readonly findings = element('section', { class: 'findings', attributes: { 'aria-label': 'Findings' } });
  private readonly progress = element('div', { class: 'timeline-status', attributes: { role: 'status' } });
  private readonly empty = element('section', { class: 'timeline-empty' });
  private readonly charts: Charts;
  private readonly detail: Detail;
  private readonly body: HTMLElement;

  constructor(
    root: HTMLElement,
    private view: ViewState,
    private readonly post: (message: TimelineFromView) => void,
    private readonly keep: (view: ViewState) => void,
  ) {
    this.charts = new Charts({
      focus: file => this.focus(file),
      choose: (file, also) => this.choose(file, also),
      open: file => this.post({ type: 'inspect', file }),
      change: changes => this.change(changes),
      openDocs: page => this.post({ type: 'openDocs', page }),
    });
    this.detail = new Detail({
      inspect: file => this.post({ type: 'inspect', file }),
      compare: files => this.post({ type: 'compare', files }),
    });
    this.body = element('div', { class: 'timeline-body' }, [this.charts.root, this.detail.root]);
    root.replaceChildren(
      element('div', { class: 'inspect timeline' }, [this.header, this.findings, this.progress, this.empty, this.body]),
    );
    this.draw();
  }

  receive(message: TimelineToView): void {
    switch (message.type) {
      case 'start':
        this.start = message;
        this.entries.clear();
        this.files = [];
        this.stop = null;
        this.keep(this.view);
        break;
      case 'files':
        this.files = message.files;
        break;
      case 'entries':
        for (const entry of message.entries) this.entries.set(entry.file, entry);
        break;
      case 'gone':
        this.entries.delete(message.file);
        break;
      case 'stop':
        this.stop = message.stop;
        this.warnings = message.warnings;
        break;
      case 'status':
        this.status = message.status;
        break;
    }
    this.repaint();
  }

  /** Draws anew, once for all that changes before the next frame. */
  repaint(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    requestAnimationFrame(() => {
      this.scheduled = false;
      this.draw();
    });
  }

  private focus(file: string | undefined): void {
    if (this.focused === file) return;
    this.focused = file;
    this.point();
  }

  /** At once, unlike a repaint: the next key counts from here. */
  private point(): void {
    this.charts.point(this.shownFile(), this.view.chosen);
    this.drawDetail();
  }

  private choose(file: string | undefined, also: boolean): void {
    const { chosen } = this.view;
    const others = chosen.filter(one => one !== file);
    if (file === undefined) this.view = { ...this.view, chosen: [] };
    else if (!also) this.view = { ...this.view, chosen: [file] };
    else this.view = { ...this.view, chosen: others.length < chosen.length ? others : [...others.slice(-1), file] };
    this.keep(this.view);
    this.point();
  }

  private change(changes: Partial<ViewState>): void {
    this.view = { ...this.view, ...changes };
    this.keep(this.view);
    this.repaint();
  }

  /** The checkpoint that the numbers are of: pointed at, else chosen, else the one to keep, else the last. */
  private shownFile(): string | undefined {
    const { chosen } = this.view;
    const there = (file: string | undefined) => (file !== undefined && this.entries.has(file) ? file : undefined);
    return (
      there(this.focused) ??
      there(chosen.at(-1)) ??
      there(this.stop?.file) ??
      this.files.findLast(file => this.entries.has(file))
    );
  }

  private draw(): void {
    this.drawHeader();
    this.drawFindings();
    this.drawStatus();
    const known = this.known();
    this.drawEmpty(known.length);
    this.body.hidden = known.length === 0;
    if (known.length === 0) return;
    this.charts.draw(known, { ...this.view, focused: this.shownFile(), keepFile: this.stop?.file });
    this.drawDetail();
  }

  /** In order. */
  private known(): readonly TimelineEntry[] {
    return this.files.flatMap(file => this.entries.get(file) ?? []);
  }

  private drawDetail(): void {
    const file = this.shownFile();
    const entry = file === undefined ? undefined : this.entries.get(file);
    const two = this.view.chosen.filter(one => isMeasured(this.entries.get(one)));
    this.detail.draw(entry, {
      isKept: file === this.stop?.file,
      pair: two.length === 2 ? [two[0]!, two[1]!] : undefined,
    });
  }

  private drawHeader(): void {
    const { start } = this;
    const known = this.known();
    const measured = known.filter(isMeasured);
    const rows = measured[0]?.accuracy?.samples;
    const data =
      start?.data === undefined
        ? 'no data chosen'
        : `${start.data}${start.labels === undefined ? ' · no labels' : ` · labels ${start.labels}`}`;
    const change = element('button', {
      class: 'link',
      text: 'Change Data…',
      attributes: { type: 'button' },
      onClick: () => this.post({ type: 'pickData' }),
    });
    const isPaused = this.status.kind === 'paused' || this.status.kind === 'failed';
    const follow = element('button', {
      class: 'secondary',
      text: isPaused ? 'Resume' : 'Pause',
      title: isPaused
        ? 'Look at the folder again, and measure what is new'
        : 'Stop measuring, and looking at the folder',
      attributes: { type: 'button' },
      onClick: () => this.post({ type: isPaused ? 'resume' : 'pause' }),
    });
    follow.disabled = start?.data === undefined;
    const save = iconButton('export', 'Save all numbers as a table (CSV)', () =>
      this.post({
        type: 'save',
        suggestedName: `${start?.name ?? 'timeline'}-timeline.csv`,
        content: timelineCsv(known),
      }),
    );
    const copy = element('button', {
      class: 'link',
      text: 'Copy as Command Line',
      attributes: { type: 'button' },
      onClick: () => {
        if (start !== undefined) this.post({ type: 'copy', text: start.commandLine });
      },
    });
    save.disabled = known.length === 0;
    copy.hidden = start?.data === undefined;
    this.header.replaceChildren(
      element('h1', { text: start?.name ?? '', title: start?.name ?? '' }),
      element('p', { class: 'timeline-facts' }, [
        `${formatQuantity(known.length, 'checkpoint')} · ${data}`,
        ...(rows === undefined ? [] : [` · ${formatQuantity(rows, 'row')}`]),
        ...(start === undefined || start.points === 0
          ? []
          : [` · topology of up to ${formatCount(start.points)} points`]),
        ' ',
        ...(start?.data === undefined ? [] : [change]),
      ]),
      element('div', { class: 'timeline-actions' }, [copy, save, follow]),
    );
  }

  private drawFindings(): void {
    const { stop } = this;
    const item = (kind: string, parts: readonly (Node | string)[]) =>
      element('li', { class: `finding ${kind}` }, parts);
    const items: HTMLElement[] = [];
    if (stop !== null) {
      const show = element('button', {
        class: 'link',
        text: 'inspect →',
        attributes: { type: 'button', 'aria-label': `Inspect ${stop.file}` },
        onClick: () => this.post({ type: 'inspect', file: stop.file }),
      });
      items.push(
        item('strong', [
          element('span', { class: 'mark', text: '●', attributes: { 'aria-hidden': 'true' } }),
          element('p', { class: 'text' }, [
            element('strong', { text: `Keep ${stop.file}. ` }),
            element('span', { class: 'sentence', text: stop.reason }),
          ]),
          show,
        ]),
      );
      for (const { reason } of stop.rules)
        if (reason !== stop.reason)
          items.push(
            item('note', [
              element('span', { class: 'mark', text: '○', attributes: { 'aria-hidden': 'true' } }),
              element('p', { class: 'text' }, [element('span', { class: 'sentence', text: reason })]),
            ]),
          );
    }
    const broken = this.known().filter(entry => !isMeasured(entry));
    for (const message of [
      ...broken.slice(0, MOST_BROKEN).map(entry => `${entry.file}: ${isMeasured(entry) ? '' : entry.error.message}`),
      ...(broken.length > MOST_BROKEN
        ? [`${formatCount(broken.length - MOST_BROKEN)} more checkpoints cannot be read.`]
        : []),
      ...this.warnings.map(warning => warning.message),
    ])
      items.push(
        item('warning', [
          drawIcon('warning'),
          element('p', { class: 'text' }, [element('span', { class: 'sentence', text: message })]),
        ]),
      );
    this.findings.hidden = items.length === 0;
    this.findings.replaceChildren(element('ul', {}, items));
  }

  private drawStatus(): void {
    const { status } = this;
    const left = this.files.filter(file => !this.entries.has(file)).length;
    this.progress.className = `timeline-status ${status.kind}`;
    switch (status.kind) {
      case 'running': {
        const bar = element('div', { class: 'timeline-bar' }, [element('span')]);
        (bar.firstElementChild as HTMLElement).style.width = `${Math.round(100 * status.fraction)}%`;
        const rest = left > 0 ? ` · ${formatQuantity(left, 'checkpoint')} left` : '';
        this.progress.replaceChildren(
          bar,
          element('span', { text: `${formatRoundPercent(status.fraction)} ${status.phrase}${rest}` }),
        );
        return;
      }
      case 'confirm': {
        const button = (text: string, look: string, proceed: boolean) =>
          element('button', {
            class: look,
            text,
            attributes: { type: 'button' },
            onClick: () => this.post({ type: 'confirm', proceed }),
          });
        return this.progress.replaceChildren(
          element('span', { text: status.message }),
          button('Run anyway', 'primary', true),
          button('Not now', 'secondary', false),
        );
      }
      case 'watching':
        return this.progress.replaceChildren(
          element('span', { class: 'dot', attributes: { 'aria-hidden': 'true' } }),
          element('span', { text: 'Watching the folder: new checkpoints appear by themselves.' }),
        );
      case 'paused':
        return this.progress.replaceChildren(
          element('span', {
            text:
              left > 0
                ? `Paused, ${formatQuantity(left, 'checkpoint')} not measured.`
                : 'Paused: new checkpoints do not appear.',
          }),
        );
      case 'failed': {
        const { message, hint, code } = status.fault;
        const log = element('button', {
          class: 'link',
          text: 'Show Log',
          attributes: { type: 'button' },
          onClick: () => this.post({ type: 'showLog' }),
        });
        return this.progress.replaceChildren(
          drawIcon('error'),
          element('span', { text: [message, hint ?? ''].join(' ').trim() }),
          element('span', { class: 'quiet', text: code }),
          log,
        );
      }
      case 'waiting':
        return this.progress.replaceChildren();
    }
  }

  private drawEmpty(known: number): void {
    this.empty.hidden = known > 0 || this.status.kind === 'failed';
    if (this.empty.hidden) return;
    if (this.start?.data === undefined) {
      const choose = element('button', {
        class: 'primary',
        text: 'Choose Data…',
        attributes: { type: 'button' },
        onClick: () => this.post({ type: 'pickData' }),
      });
      return this.empty.replaceChildren(
        element('p', { text: 'Checkpoints are compared on the same rows, best some that were not trained on.' }),
        choose,
      );
    }
    const text =
      this.status.kind === 'running'
        ? 'The first checkpoint appears when it has been measured.'
        : 'There are no checkpoints yet. A checkpoint is a saved model (.onnx, .pt, .keras, .h5, .safetensors …), or a folder of one.';
    this.empty.replaceChildren(element('p', { text }));
  }
}

const MOST_BROKEN = 3;
