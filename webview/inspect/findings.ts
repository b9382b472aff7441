import type { Finding } from '../../src/protocol/results';
import { drawIcon, element } from './dom';
import type { State } from './store';

/** What was found, in sentences: many people read these first and no further. */

/** Of many, so many are shown at first; fewer where they would push what they are about out of sight. */
const MOST_AT_FIRST = 5;
const MOST_WHERE_LOW = 3;
const LOW_PIXELS = 850;

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
    const items: HTMLElement[] = findings.map(finding => this.item(finding));
    for (const warning of warnings) {
      if (findings.some(finding => finding.sentence.includes(warning.message))) continue;
      items.push(
        element('li', { class: 'finding warning' }, [
          drawIcon('warning'),
          element('span', { class: 'sentence', text: warning.message }),
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
    const most = window.innerHeight < LOW_PIXELS ? MOST_WHERE_LOW : MOST_AT_FIRST;
    const shown = this.all ? items : items.slice(0, most);
    this.list.replaceChildren(...shown);
    if (shown.length < items.length) {
      const more = element('button', {
        class: 'link',
        text: `${items.length - shown.length} more`,
        attributes: { type: 'button' },
        onClick: () => {
          this.all = true;
          this.list.replaceChildren(...items);
        },
      });
      this.list.append(element('li', { class: 'finding more' }, [more]));
    }
  }

  private item(finding: Finding): HTMLElement {
    const caveat = finding.kind === 'caveat';
    const strong = finding.weight === 'strong';
    const mark = caveat
      ? drawIcon('warning')
      : element('span', {
          class: `dot ${strong ? 'strong' : 'note'}`,
          attributes: { role: 'img', 'aria-label': strong ? 'finding' : 'note' },
        });
    const children: Node[] = [mark, element('span', { class: 'sentence', text: finding.sentence })];
    if (finding.rule !== '') children.push(ruleOf(finding.rule));
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

/** One line of it; all of it when it is clicked. */
function ruleOf(text: string): HTMLElement {
  const rule = element('button', {
    class: 'rule',
    text,
    title: text,
    attributes: { type: 'button', 'aria-expanded': 'false' },
    onClick: () => {
      const isOpen = rule.classList.toggle('open');
      rule.setAttribute('aria-expanded', String(isOpen));
    },
  });
  return rule;
}
