import { element, uniqueId } from './dom';

/** A menu that opens under its button: arrow keys move, Escape closes, a click beside it closes. */

export interface MenuItem {
  readonly label: string;
  /** Absent where there is nothing to do now, and `why` says why. */
  readonly run?: () => void;
  readonly why?: string;
}

/** `items` is asked each time the menu opens. `null` separates. */
export function attachMenu(button: HTMLButtonElement, items: () => readonly (MenuItem | null)[]): HTMLElement {
  const id = uniqueId('menu');
  const menu = element('div', { class: 'menu', id, attributes: { role: 'menu', 'aria-label': button.title } });
  menu.hidden = true;
  button.setAttribute('aria-haspopup', 'menu');
  button.setAttribute('aria-expanded', 'false');
  button.setAttribute('aria-controls', id);

  const close = (refocus: boolean): void => {
    if (menu.hidden) return;
    menu.hidden = true;
    button.setAttribute('aria-expanded', 'false');
    document.removeEventListener('pointerdown', onPointerDown, true);
    if (refocus) button.focus();
  };
  const onPointerDown = (event: PointerEvent): void => {
    if (event.target instanceof Node && !menu.contains(event.target) && !button.contains(event.target)) close(false);
  };
  const open = (): void => {
    menu.replaceChildren(
      ...items().map(item => {
        if (item === null) return element('div', { class: 'menu-separator', attributes: { role: 'separator' } });
        const entry = element('button', {
          class: 'menu-item',
          text: item.label,
          attributes: { type: 'button', role: 'menuitem', tabindex: '-1' },
          ...(item.why === undefined ? {} : { title: item.why }),
        });
        if (item.run === undefined) entry.setAttribute('aria-disabled', 'true');
        entry.addEventListener('click', () => {
          if (item.run === undefined) return;
          close(true);
          item.run();
        });
        return entry;
      }),
    );
    menu.hidden = false;
    button.setAttribute('aria-expanded', 'true');
    document.addEventListener('pointerdown', onPointerDown, true);
    menu.querySelector('button')?.focus();
  };

  button.addEventListener('click', () => {
    if (menu.hidden) open();
    else close(true);
  });
  button.addEventListener('keydown', event => {
    if (event.key !== 'ArrowDown' || !menu.hidden) return;
    event.preventDefault();
    open();
  });
  menu.addEventListener('keydown', event => {
    const entries = [...menu.querySelectorAll('button')];
    const at = entries.findIndex(entry => entry === document.activeElement);
    const move = (to: number): void => {
      event.preventDefault();
      entries[(to + entries.length) % entries.length]?.focus();
    };
    if (event.key === 'ArrowDown') move(at + 1);
    else if (event.key === 'ArrowUp') move(at - 1);
    else if (event.key === 'Home') move(0);
    else if (event.key === 'End') move(entries.length - 1);
    else if (event.key === 'Escape') {
      event.stopPropagation();
      close(true);
    } else if (event.key === 'Tab') close(false);
  });
  return element('span', { class: 'menu-holder' }, [button, menu]);
}
