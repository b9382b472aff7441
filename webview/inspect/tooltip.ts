import { element } from './dom';

/** A few lines beside the pointer, never under it and never outside the window. */
export class Tooltip {
  readonly box = element('div', { class: 'tooltip', attributes: { 'aria-hidden': 'true' } });

  constructor() {
    this.box.hidden = true;
  }

  show(lines: readonly string[], x: number, y: number): void {
    if (lines.length === 0) return this.hide();
    this.box.replaceChildren(...lines.map(text => element('div', { text })));
    this.box.hidden = false;
    const { width, height } = this.box.getBoundingClientRect();
    const left = x + 14 + width < window.innerWidth - 4 ? x + 14 : Math.max(4, x - 14 - width);
    const top = y + 14 + height < window.innerHeight - 4 ? y + 14 : Math.max(4, y - 10 - height);
    this.box.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }

  hide(): void {
    this.box.hidden = true;
  }
}
