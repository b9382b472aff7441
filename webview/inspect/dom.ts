/** Elements without markup: strangers' text only ever becomes text. */

export interface Properties {
  readonly class?: string;
  readonly text?: string;
  readonly title?: string;
  readonly id?: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly onClick?: (event: MouseEvent) => void;
}

export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  properties: Properties = {},
  children: readonly (Node | string)[] = [],
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  if (properties.class !== undefined) made.className = properties.class;
  if (properties.text !== undefined) made.textContent = properties.text;
  if (properties.title !== undefined) made.title = properties.title;
  if (properties.id !== undefined) made.id = properties.id;
  for (const [key, value] of Object.entries(properties.attributes ?? {})) made.setAttribute(key, value);
  if (properties.onClick !== undefined) (made as HTMLElement).addEventListener('click', properties.onClick);
  made.append(...children);
  return made;
}

/** A button with an icon, named for those who do not see it. */
export function iconButton(icon: IconName, label: string, onClick: (event: MouseEvent) => void): HTMLButtonElement {
  const button = element('button', {
    class: 'icon-button',
    title: label,
    attributes: { type: 'button', 'aria-label': label },
    onClick,
  });
  button.append(drawIcon(icon));
  return button;
}

/** Strokes on a square of 16. */
const ICONS = {
  rerun: 'M13 8a5 5 0 1 1-1.6-3.7M13 2v3h-3',
  export: 'M8 2v8M5 7l3 3 3-3M3 12v2h10v-2',
  more: 'M3.5 8h.01M8 8h.01M12.5 8h.01',
  help: 'M5.6 5.7a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.2.9-1.2 1.9M8 12.4h.01',
  chevron: 'M4 6l4 4 4-4',
  close: 'M4 4l8 8M12 4l-8 8',
  info: 'M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2zM8 7.3v3.7M8 5h.01',
  plus: 'M8 3.5v9M3.5 8h9',
  minus: 'M3.5 8h9',
  fit: 'M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10',
  fold: 'M2.5 8h11M5.5 2.5L8 5l2.5-2.5M5.5 13.5L8 11l2.5 2.5',
  unfold: 'M2.5 8h11M5.5 5L8 2.5 10.5 5M5.5 11L8 13.5 10.5 11',
  up: 'M4 10l4-4 4 4',
  down: 'M4 6l4 4 4-4',
  nodes:
    'M3.5 5.5a2 2 0 1 1 .01 0M12.5 4a1.5 1.5 0 1 1 .01 0M9 14a2 2 0 1 1 .01 0M5.5 4l5.5-1M4.3 5.3l3.6 5.2M12 4.2L9.8 10',
  lasso: 'M8 2.5c3.3 0 6 1.8 6 4s-2.7 4-6 4-6-1.8-6-4 2.7-4 6-4zM5 10.2c-1.6.6-1.8 2.4-.4 3.3',
  graph: 'M5 2.5h6v3H5zM5 10.5h6v3H5zM8 5.5v5',
  warning: 'M8 2.5L14 13.5H2zM8 6.5v3.5M8 11.8h.01',
  error: 'M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2zM6 6l4 4M10 6l-4 4',
} as const;
export type IconName = keyof typeof ICONS;

export function drawIcon(name: IconName): SVGSVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  for (const [key, value] of Object.entries({
    width: '16',
    height: '16',
    viewBox: '0 0 16 16',
    class: `icon icon-${name}`,
    'aria-hidden': 'true',
  })) {
    svg.setAttribute(key, value);
  }
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', ICONS[name]);
  svg.append(path);
  return svg;
}

let identifiers = 0;

/** An id that no other element has. */
export function uniqueId(prefix: string): string {
  return `${prefix}-${++identifiers}`;
}
