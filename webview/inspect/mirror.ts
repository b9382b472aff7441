import { element, uniqueId } from './dom';

/**
 * What a picture shows as a list, for keyboards and screen readers: out of sight, in the order of tabs, and moved through by
 * arrow keys. Of thousands of items only those around the active one are in the document.
 */
export interface MirrorItems {
  readonly count: number;
  label(index: number): string;
}

const AROUND = 8;
const PAGE = 10;

export class Mirror {
  readonly list: HTMLElement;
  private readonly id = uniqueId('mirror');
  private items: MirrorItems = { count: 0, label: () => '' };
  private active = -1;

  constructor(
    label: string,
    /** The item that an arrow key came to. */
    private readonly onMove: (index: number) => void,
  ) {
    this.list = element('div', {
      class: 'mirror',
      attributes: { role: 'listbox', tabindex: '0', 'aria-label': label },
    });
    this.list.addEventListener('keydown', event => this.onKey(event));
    this.draw();
  }

  show(label: string, items: MirrorItems, active: number): void {
    this.list.setAttribute('aria-label', label);
    this.items = items;
    this.active = Math.min(active, items.count - 1);
    this.draw();
  }

  private onKey(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const last = this.items.count - 1;
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: this.active + 1,
      ArrowRight: this.active + 1,
      ArrowUp: this.active - 1,
      ArrowLeft: this.active - 1,
      PageDown: this.active + PAGE,
      PageUp: this.active - PAGE,
      Home: 0,
      End: last,
    };
    const to = steps[event.key];
    if (to === undefined || last < 0) return;
    event.preventDefault();
    this.active = Math.max(0, Math.min(last, to));
    this.draw();
    this.onMove(this.active);
  }

  private draw(): void {
    const { count } = this.items;
    const middle = Math.max(0, this.active);
    const from = Math.max(0, middle - AROUND);
    const to = Math.min(count, middle + AROUND + 1);
    const options: HTMLElement[] = [];
    for (let i = from; i < to; i++) {
      options.push(
        element('div', {
          text: this.items.label(i),
          id: `${this.id}-${i}`,
          attributes: {
            role: 'option',
            'aria-selected': String(i === this.active),
            'aria-setsize': String(count),
            'aria-posinset': String(i + 1),
          },
        }),
      );
    }
    if (count === 0) {
      const attributes = { role: 'option', 'aria-disabled': 'true', 'aria-selected': 'false' };
      options.push(element('div', { text: 'nothing to show', attributes }));
    }
    this.list.replaceChildren(...options);
    if (0 <= this.active && this.active < count) {
      this.list.setAttribute('aria-activedescendant', `${this.id}-${this.active}`);
    } else this.list.removeAttribute('aria-activedescendant');
  }
}
