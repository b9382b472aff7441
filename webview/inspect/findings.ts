import type { Finding } from '../../src/protocol/results';
import { formatCount } from '../format/numbers';
import { drawIcon, element } from './dom';
import type { State } from './store';

/** What was found, in sentences: many people read these first and no further. */

/** Of many, so many are shown at first; fewer where they would push what they are about out of sight. */
const MOST_AT_FIRST = 5;
const MOST_WHERE_LOW = 3;
const LOW_PIXELS = 850;
const NARROW_PIXELS = 800;

export class Findings {
  readonly root = element('section', { class: 'findings', attributes: { 'aria-label': 'Findings' } });
  private readonly list = element('ul');
  private all = false;

  constructor(private readonly show: (finding: Finding) => void) {
    this.root.append(this.list);
  }

  update(state: State, before: State | undefined): void {
    const { findings, warnings, status, head } = state;
    if (
      before?.findings === findings &&
      before.warnings === warnings &&
      before.status?.kind === status?.kind &&
      before.head === head
    ) {
      return;
    }
    const rules = rulesOf(findings);
    const items: HTMLElement[] = findings.map((finding, i) => this.item(finding, rules[i]!));
    for (const warning of warnings) {
      if (findings.some(finding => finding.sentence.includes(warning.message))) continue;
      items.push(
        element('li', { class: 'finding warning' }, [
          drawIcon('warning'),
          element('p', { class: 'text' }, [element('span', { class: 'sentence', text: warning.message })]),
        ]),
      );
    }
    this.root.hidden = items.length === 0 && status?.kind !== 'running' && head === undefined;
    if (items.length === 0) {
      const text =
        status?.kind === 'running' || status === undefined
          ? 'Findings come when the layers are done.'
          : 'Nothing stands out in these layers.';
      items.push(element('li', { class: 'finding empty', text }));
    }
    const most = window.innerHeight < LOW_PIXELS || window.innerWidth <= NARROW_PIXELS ? MOST_WHERE_LOW : MOST_AT_FIRST;
    const shown = this.all ? items : items.slice(0, most);
    this.list.replaceChildren(...shown);
    if (shown.length < items.length) {
      const more = element('button', {
        class: 'link',
        text: `${formatCount(items.length - shown.length)} more`,
        attributes: { type: 'button' },
        onClick: () => {
          this.all = true;
          this.list.replaceChildren(...items);
          // The button is gone: the focus goes to what it made way for.
          items[shown.length]?.querySelector('button')?.focus();
        },
      });
      this.list.append(element('li', { class: 'finding more' }, [more]));
    }
  }

  private item(finding: Finding, rule: string): HTMLElement {
    const caveat = finding.kind === 'caveat';
    const strong = finding.weight === 'strong';
    const mark = caveat
      ? drawIcon('warning')
      : element('span', {
          class: `dot ${strong ? 'strong' : 'note'}`,
          attributes: { role: 'img', 'aria-label': strong ? 'finding' : 'note' },
        });
    const text = element('p', { class: 'text' }, [
      element('span', { class: 'sentence', text: finding.sentence }),
      ...(rule === '' ? [] : [' ', element('span', { class: 'rule', text: rule })]),
    ]);
    const children: Node[] = [mark, text];
    if (finding.target !== undefined) {
      children.push(
        element('button', {
          class: 'link show',
          text: 'show →',
          attributes: { type: 'button', 'aria-label': `Show: ${finding.sentence}` },
          onClick: () => this.show(finding),
        }),
      );
    }
    return element('li', { class: `finding ${caveat ? 'warning' : finding.weight}` }, children);
  }
}

/** The rule of each finding; of findings in a row that share one, the first says it. */
export function rulesOf(findings: readonly Finding[]): string[] {
  return findings.map(({ rule }, i) => (rule === findings[i - 1]?.rule ? '' : rule));
}
