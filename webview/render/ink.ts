import type { MarkStyle, Paint } from '../plots/scene';

/** What the roles of a scene look like. */
export interface Ink {
  color(paint: Paint): string;
  /** Opacity of a tone. */
  alpha(tone: NonNullable<MarkStyle['tone']>): string;
  readonly font: string;
}

const FONT = 'system-ui, "Segoe UI", Roboto, sans-serif';

/** For elements in the page: colours stay variables, so that a change of theme, or printing, redraws nothing. */
export const LIVE_INK: Ink = {
  color: paint => `var(--nt-${paint})`,
  alpha: tone => (tone === 'full' ? '1' : `var(--nt-tone-${tone})`),
  font: 'inherit',
};

/** For canvases and files: the variables' values as of now. */
export function resolvedInk(element: Element): Ink {
  const style = getComputedStyle(element);
  const known = new Map<string, string>();
  const value = (name: string): string => {
    let text = known.get(name);
    if (text === undefined) known.set(name, (text = style.getPropertyValue(name).trim()));
    return text;
  };
  return {
    color: paint => value(`--nt-${paint}`) || '#808080',
    alpha: tone => (tone === 'full' ? '1' : value(`--nt-tone-${tone}`) || '0.4'),
    font: FONT,
  };
}

/** A fixed look for pictures that are made without a page. */
export function fixedInk(colors: Readonly<Record<string, string>>, alphas: Readonly<Record<string, string>>): Ink {
  return {
    color: paint => colors[paint] ?? '#808080',
    alpha: tone => (tone === 'full' ? '1' : (alphas[tone] ?? '0.4')),
    font: FONT,
  };
}
