import type {
  PruneFromView,
  PruneGroup,
  PruneRestore,
  PruneResult,
  PruneSettings,
  PruneToView,
  PruneWords,
} from '../../src/protocol/prune';
import type { PanelStatus } from '../../src/protocol/panel';
import { formatBytes, formatCount, formatNumber, formatPercent } from '../format/numbers';
import { attachMenu } from '../inspect/menu';
import { drawIcon, element, iconButton, uniqueId } from '../inspect/dom';
import { barsPlot } from './barsPlot';
import { along, curvePlot, LARGEST_RATIO, markerOf, MARGIN, methodWord, svg } from './curvePlot';

/** Width of a slider's thumb, as the style has it. */
const THUMB = 14;

/** What VS Code keeps of the panel over a reload; the host checks its part. */
export interface PageState {
  readonly host: PruneRestore;
}

type Start = Extract<PruneToView, { readonly type: 'start' }>;

/** The panel, redrawn whole when a result comes: it is small. What a person is moving is left alone. */
export class Page {
  readonly root: HTMLElement;
  private readonly words: PruneWords;
  private readonly notice = element('div', { class: 'notice-holder', attributes: { 'aria-live': 'polite' } });
  private readonly content = element('div', { class: 'content' });
  private readonly writeButton: HTMLButtonElement;
  private readonly runButton: HTMLButtonElement;
  private settings: PruneSettings;
  private result: PruneResult | undefined;
  private status: PanelStatus | undefined;
  private written: string | undefined;

  constructor(
    private readonly start: Start,
    private readonly post: (message: PruneFromView) => void,
    private readonly keep: (state: PageState) => void,
  ) {
    this.words = start.words;
    this.settings = start.settings;
    this.writeButton = element('button', {
      class: 'primary',
      text: this.words.write,
      attributes: { type: 'button' },
      onClick: () => post({ type: 'write' }),
    });
    this.runButton = iconButton('rerun', this.words.run, () =>
      post(this.isRunning ? { type: 'cancel' } : { type: 'run', settings: this.settings }),
    );
    this.root = element('div', { class: 'page' }, [this.header(), this.notice, this.content]);
    keep({ host: start.restore });
    this.draw();
  }

  receive(message: PruneToView): void {
    if (message.type === 'status') {
      this.status = message.status;
      this.drawStatus();
    } else if (message.type === 'result') {
      this.result = message.result;
      this.keep({ host: { ...this.start.restore, settings: this.settings } });
      this.draw();
    } else if (message.type === 'written') {
      this.written = message.file;
      this.drawStatus();
    }
  }

  redraw(): void {
    if (document.activeElement instanceof HTMLInputElement) return;
    this.draw();
  }

  private get isRunning(): boolean {
    return this.status?.kind === 'running';
  }

  private header(): HTMLElement {
    const { words, start, post } = this;
    const name = start.model.split(/[\\/]/).at(-1) ?? start.model;
    const more = iconButton('more', words.help, () => {});
    const menu = attachMenu(more, () => [
      { label: words.chooseData, run: () => post({ type: 'pickData' }) },
      { label: words.chooseHoldout, run: () => post({ type: 'pickHoldout' }) },
      null,
      { label: words.copyCommand, run: () => post({ type: 'copyCommand' }) },
      { label: words.help, run: () => post({ type: 'openDocs' }) },
      { label: words.showLog, run: () => post({ type: 'showLog' }) },
    ]);
    return element('header', {}, [
      element('div', { class: 'title' }, [
        element('h1', { text: `${name} · ${words.title}`, title: start.model }),
        element('p', { class: 'quiet' }, [
          `${words.data}: ${shortened(start.data) ?? '–'} · ${words.heldOut}: ${shortened(start.holdout) ?? words.ownRows}`,
        ]),
      ]),
      element('div', { class: 'actions' }, [this.writeButton, this.runButton, menu]),
    ]);
  }

  private drawStatus(): void {
    const { status, words, result } = this;
    this.writeButton.disabled = result === undefined || this.isRunning;
    const label = this.isRunning ? words.stop : words.run;
    this.runButton.replaceChildren(drawIcon(this.isRunning ? 'close' : 'rerun'));
    this.runButton.title = label;
    this.runButton.setAttribute('aria-label', label);
    this.content.classList.toggle('stale', this.isRunning && result !== undefined);
    this.notice.replaceChildren(...this.noticeParts(status));
  }

  private noticeParts(status: PanelStatus | undefined): Node[] {
    const { words, post } = this;
    switch (status?.kind) {
      case 'waiting':
        return [
          element('p', { class: 'notice' }, [
            status.message,
            ' ',
            element('button', {
              text: words.chooseData,
              attributes: { type: 'button' },
              onClick: () => post({ type: 'pickData' }),
            }),
          ]),
        ];
      case 'running': {
        const bar = element('progress', {
          attributes: { max: '1', value: String(status.fraction), 'aria-label': status.phrase },
        });
        return [
          element('p', { class: 'notice running' }, [bar, element('span', { class: 'quiet', text: status.phrase })]),
        ];
      }
      case 'cancelled':
        return [element('p', { class: 'notice', text: words.cancelled })];
      case 'failed':
        return [
          element('div', { class: 'notice error', attributes: { role: 'alert' } }, [
            drawIcon('error'),
            element('div', {}, [
              element('p', { class: 'sentence', text: status.fault.message }),
              ...(status.fault.hint === undefined ? [] : [element('p', { text: status.fault.hint })]),
              element('p', {}, [
                element('button', {
                  text: words.chooseData,
                  attributes: { type: 'button' },
                  onClick: () => post({ type: 'pickData' }),
                }),
                ' ',
                element('button', {
                  text: words.showLog,
                  attributes: { type: 'button' },
                  onClick: () => post({ type: 'showLog' }),
                }),
              ]),
            ]),
          ]),
        ];
      case 'done':
      // No run of this view is asked about.
      case 'confirm':
      case undefined:
        return this.written === undefined
          ? []
          : [element('p', { class: 'notice', text: words.written.replace('{0}', this.written) })];
    }
  }

  private draw(): void {
    this.drawStatus();
    const { result } = this;
    if (result === undefined) return this.content.replaceChildren();
    const scroll = this.content.scrollTop;
    this.content.replaceChildren(
      element('div', { class: 'columns' }, [
        element('div', { class: 'column' }, [this.findings(result), this.curve(result), this.facts(result)]),
        element('div', { class: 'column' }, [this.groups(result), this.stay(result), this.caveats(result)]),
      ]),
    );
    this.content.scrollTop = scroll;
  }

  private findings({ findings }: PruneResult): HTMLElement {
    return section(this.words.findings, [
      element(
        'ul',
        { class: 'findings' },
        findings.map(({ weight, sentence, rule }) =>
          element('li', { class: weight }, [
            element('span', { class: 'sentence', text: sentence }),
            ' ',
            element('span', { class: 'quiet', text: rule }),
          ]),
        ),
      ),
    ]);
  }

  private curve(result: PruneResult): HTMLElement {
    const { words } = this;
    const share = removedShare(result);
    const { curve } = result;
    const holder = element('div', { class: 'curve-holder' });
    const width = Math.max(
      280,
      Math.min(720, (window.innerWidth < 1150 ? window.innerWidth : window.innerWidth * 0.48) - 48),
    );
    const measured = {
      value: result.accuracyAfter,
      low: result.accuracyAfterInterval[0],
      high: result.accuracyAfterInterval[1],
    };
    const title = this.measureWord(result);
    if (curve !== undefined)
      holder.append(
        curvePlot(curve, width, Math.min(share, LARGEST_RATIO), measured, words, `${title}. ${words.intervals}`),
      );
    return section(words.curve, [
      element('p', { class: 'legend' }, [
        element('span', { class: 'quiet', text: `${title} ` }),
        ...(['topology', 'magnitude', 'random'] as const).map(method =>
          element('span', { class: `entry method ${method}` }, [
            svg('svg', { width: 12, height: 12, 'aria-hidden': 'true' }, [markerOf(method, 6, 6)]),
            methodWord(method, words),
          ]),
        ),
        element('span', { class: 'quiet', text: words.intervals }),
      ]),
      holder,
      this.slider(result, share, width),
      ...(curve === undefined ? [] : [this.curveTable(result)]),
    ]);
  }

  /** The share, by mouse or arrow keys; what the curve says of it shows at once, what it really costs is measured when it is let go. */
  private slider(result: PruneResult, share: number, width: number): HTMLElement {
    const { words, post } = this;
    const id = uniqueId('share');
    const input = element('input', {
      id,
      attributes: { type: 'range', min: '0', max: String(LARGEST_RATIO), step: '0.01', value: share.toFixed(2) },
    });
    const said = element('output', { attributes: { for: id } });
    const say = () => {
      const ratio = Number(input.value);
      const guess = along(result.curve ?? [], ratio);
      const exact = Math.abs(ratio - share) < 0.005;
      said.textContent = exact
        ? `${formatPercent(share)} → ${formatPercent(result.accuracyAfter)}`
        : `${formatPercent(ratio)}${guess === undefined ? '' : ` ≈ ${formatPercent(guess)}`}`;
      input.setAttribute('aria-valuetext', said.textContent);
      fill(input);
    };
    say();
    // The middle of the thumb goes along the axis.
    input.style.width = `${width - MARGIN.left - MARGIN.right + THUMB}px`;
    input.style.marginLeft = `${MARGIN.left - THUMB / 2}px`;
    input.addEventListener('input', say);
    input.addEventListener('change', () => {
      this.settings = { ...this.settings, ratio: Number(input.value) };
      post({ type: 'run', settings: this.settings });
    });
    return element('div', { class: 'slider' }, [
      input,
      element('p', {}, [
        element('label', { text: `${words.share}: `, attributes: { for: id } }),
        said,
        ' ',
        element('button', {
          text: words.pick,
          attributes: { type: 'button' },
          onClick: () => {
            this.settings = { ratio: undefined, layerRatios: this.settings.layerRatios };
            post({ type: 'run', settings: this.settings });
          },
        }),
      ]),
    ]);
  }

  private curveTable({ curve = [] }: PruneResult): HTMLElement {
    const { words } = this;
    const ratios = [...new Set(curve.map(point => point.ratio))];
    const methods = ['topology', 'magnitude', 'random'] as const;
    const rows = ratios.map(ratio =>
      element('tr', {}, [
        element('th', { text: formatPercent(ratio), attributes: { scope: 'row' } }),
        ...methods.map(method => {
          const point = curve.find(one => one.ratio === ratio && one.method === method);
          return element('td', {
            text:
              point === undefined
                ? '–'
                : `${formatPercent(point.accuracy)} (${formatPercent(point.low)} – ${formatPercent(point.high)})`,
          });
        }),
      ]),
    );
    return element('details', {}, [
      element('summary', { text: words.table }),
      element('table', {}, [
        element('thead', {}, [row('th', [words.removedShare, ...methods.map(method => words[method])])]),
        element('tbody', {}, rows),
      ]),
    ]);
  }

  private measureWord({ measure }: PruneResult): string {
    const { words } = this;
    return { accuracy: words.curveOf, agreement: words.agreementCurve, fit: words.fitCurve }[measure];
  }

  private facts(result: PruneResult): HTMLElement {
    const { words } = this;
    const { milliseconds } = result;
    const time = ({ median, low, high }: PruneResult['milliseconds']['before']) =>
      `${formatNumber(median)} ms (${formatNumber(low)} – ${formatNumber(high)})`;
    const lines = [
      [
        this.measureWord(result),
        `${formatPercent(result.accuracyBefore)} (${range(result.accuracyBeforeInterval)})`,
        `${formatPercent(result.accuracyAfter)} (${range(result.accuracyAfterInterval)})`,
      ],
      [words.parameters, formatCount(result.parametersBefore), formatCount(result.parametersAfter)],
      [words.fileSize, formatBytes(result.bytesBefore), formatBytes(result.bytesAfter)],
      [
        `${words.pass}, ${words.rowsMedian.replace('{0}', formatCount(milliseconds.batch)).replace('{1}', formatCount(milliseconds.runs))}`,
        time(milliseconds.before),
        time(milliseconds.after),
      ],
    ];
    return element('table', { class: 'facts' }, [
      element('thead', {}, [row('th', [words.measured, words.before, words.after])]),
      element(
        'tbody',
        {},
        lines.map(([name, ...values]) =>
          element('tr', {}, [
            element('th', { text: name!, attributes: { scope: 'row' } }),
            ...values.map(text => element('td', { text })),
          ]),
        ),
      ),
    ]);
  }

  private groups(result: PruneResult): HTMLElement {
    const { words } = this;
    const highest = Math.max(...result.groups.map(group => group.bars.at(-1) ?? 0));
    const head = [
      words.layers,
      words.units,
      words.bars,
      words.removed,
      words.kept,
      ...(result.layers === undefined ? [] : [words.alone]),
      words.share,
    ];
    return section(words.groups, [
      element('p', {
        class: 'quiet',
        text: `${words.barsHelp}${result.layers === undefined ? '' : ` ${words.alone}: ${words.aloneHelp}`}`,
      }),
      element('div', { class: 'scroll' }, [
        element('table', { class: 'groups' }, [
          element('thead', {}, [row('th', head)]),
          element(
            'tbody',
            {},
            result.groups.map((group, index) => this.group(result, group, index, highest)),
          ),
        ]),
      ]),
    ]);
  }

  private group(result: PruneResult, group: PruneGroup, index: number, highest: number): HTMLElement {
    const { words, post } = this;
    const name = group.layers[0] ?? '';
    const own = this.settings.layerRatios[name];
    const alone = result.layers?.find(one => one.group === index);
    const ratio = group.removed.length / group.units;
    const input = element('input', {
      attributes: {
        type: 'range',
        min: '0',
        max: '0.95',
        step: '0.01',
        value: ratio.toFixed(2),
        'aria-label': words.ownRatio.replace('{0}', name),
      },
    });
    const said = element('output', { text: formatPercent(ratio) });
    fill(input);
    input.addEventListener('input', () => {
      said.textContent = formatPercent(Number(input.value));
      fill(input);
    });
    const run = (layerRatios: PruneSettings['layerRatios']) => {
      // The others keep the share that was picked for all.
      this.settings = { ratio: this.settings.ratio ?? result.ratio, layerRatios };
      post({ type: 'run', settings: this.settings });
    };
    input.addEventListener('change', () => run({ ...this.settings.layerRatios, [name]: Number(input.value) }));
    const reset = iconButton('close', words.asOthers, () =>
      run(Object.fromEntries(Object.entries(this.settings.layerRatios).filter(([layer]) => layer !== name))),
    );
    return element('tr', {}, [
      element('th', { attributes: { scope: 'row' }, title: group.layers.join('\n') }, [
        name,
        ...(group.layers.length > 1 ? [element('span', { class: 'quiet', text: ` +${group.layers.length - 1}` })] : []),
      ]),
      element('td', {
        text: `${formatCount(group.units)}${group.channelsPerUnit > 1 ? ` × ${group.channelsPerUnit}` : ''}`,
      }),
      element('td', {}, [barsPlot(group, highest, `${words.bars}: ${name}`)]),
      element('td', { text: formatCount(group.removed.length) }),
      element('td', { text: formatCount(group.units - group.removed.length) }),
      ...(result.layers === undefined
        ? []
        : [
            element(
              'td',
              alone === undefined
                ? { text: '–' }
                : {
                    text: `${formatCount(alone.removable)} · ${points(alone.change.value)}`,
                    title: `95 %: ${points(alone.change.low)} – ${points(alone.change.high)}`,
                  },
            ),
          ]),
      element('td', { class: 'own' }, [input, said, ...(own === undefined ? [] : [reset])]),
    ]);
  }

  private stay({ leftWhole }: PruneResult): HTMLElement {
    const { words } = this;
    return element('details', {}, [
      element('summary', {
        text: `${words.stay} (${formatCount(leftWhole.reduce((sum, one) => sum + one.units, 0))})`,
      }),
      element('table', {}, [
        element('thead', {}, [row('th', [words.layers, words.units, words.why])]),
        element(
          'tbody',
          {},
          leftWhole.map(({ layers, units, reason }) =>
            row('td', [
              layers.length > 2 ? `${layers[0]!}, … (${layers.length})` : layers.join(', '),
              formatCount(units),
              reason,
            ]),
          ),
        ),
      ]),
    ]);
  }

  private caveats({ caveats, warnings }: PruneResult): HTMLElement {
    const all = [...caveats, ...warnings.map(warning => warning.message)];
    if (all.length === 0) return element('div');
    return section(this.words.caveats, [
      element(
        'ul',
        { class: 'caveats' },
        all.map(text => element('li', { text })),
      ),
    ]);
  }
}

function section(title: string, children: readonly Node[]): HTMLElement {
  return element('section', {}, [element('h2', { text: title }), ...children]);
}

function row(cell: 'th' | 'td', texts: readonly string[]): HTMLElement {
  return element(
    'tr',
    {},
    texts.map(text => element(cell, { text, ...(cell === 'th' ? { attributes: { scope: 'col' } } : {}) })),
  );
}

function range([low, high]: readonly [number, number]): string {
  return `${formatPercent(low)} – ${formatPercent(high)}`;
}

function points(value: number): string {
  const text = (100 * Math.abs(value)).toFixed(2);
  return `${text === '0.00' ? '' : value < 0 ? '−' : '+'}${text} pt`;
}

function removedShare({ groups }: PruneResult): number {
  const units = groups.reduce((sum, group) => sum + group.units, 0);
  return groups.reduce((sum, group) => sum + group.removed.length, 0) / Math.max(1, units);
}

/** Says the style how far the thumb is: its middle goes from half of its width to half of it before the end. */
function fill(input: HTMLInputElement): void {
  const share = (Number(input.value) - Number(input.min)) / (Number(input.max) - Number(input.min));
  input.style.setProperty('--filled', `calc(${THUMB / 2}px + ${share.toFixed(4)} * (100% - ${THUMB}px))`);
}

/** The file alone, of a path. */
function shortened(reference: string | undefined): string | undefined {
  return reference
    ?.split(' · ')
    .map(part => part.split(/[\\/]/).at(-1))
    .join(' · ');
}
