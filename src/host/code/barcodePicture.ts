/** Colours of a theme, as CSS writes them. */
export interface PictureColours {
  readonly bar: string;
  readonly short: string;
  readonly ink: string;
  readonly rule: string;
}

export const WIDTH = 320;
const HEIGHT = 112;
/** Of the bars, above the legend. */
export const ROOM = HEIGHT - 22;
const MOST_BARS = 60;

/** The colours of a hover's picture: an image in a hover gets none from the page, so that they are chosen by the kind of the theme. */
export function pictureColours(theme: 'light' | 'dark' | 'contrast-dark' | 'contrast-light'): PictureColours {
  switch (theme) {
    case 'light':
      return { bar: '#1a66b8', short: '#c05f10', ink: '#3b3b3b', rule: '#9a9a9a' };
    case 'dark':
      return { bar: '#4aa3ff', short: '#f0913a', ink: '#cccccc', rule: '#6b6b6b' };
    case 'contrast-dark':
      return { bar: '#3794ff', short: '#ffb000', ink: '#ffffff', rule: '#ffffff' };
    case 'contrast-light':
      return { bar: '#0040a0', short: '#8a3b00', ink: '#000000', rule: '#000000' };
  }
}

/**
 * The barcode of a layer's units as an SVG image: a bar a unit, from 0 to where it merges with another, shortest on top. Those that can go have another colour, and
 * a rule at their beginning tells them without it. More bars than fit are drawn one for several.
 */
export function barcodePicture(
  bars: readonly number[],
  removable: number,
  words: { readonly canGo: string; readonly stay: string },
  colours: PictureColours,
): string {
  const shown = Math.min(MOST_BARS, bars.length);
  const longest = Math.max(...bars, Number.MIN_VALUE);
  const step = ROOM / Math.max(1, shown);
  const thick = Math.max(0.8, Math.min(6, step * 0.7)).toFixed(1);
  const lines = Array.from({ length: shown }, (_, row) => {
    const index = Math.floor((row * bars.length) / shown);
    const length = Math.max(1, (bars[index]! / longest) * (WIDTH - 12));
    const colour = index < removable ? colours.short : colours.bar;
    return lineAt(8, 8 + length, 4 + step * (row + 0.5), `stroke="${colour}" stroke-width="${thick}"`);
  });
  const going = bars.length === 0 ? 0 : ROOM * Math.min(1, Math.max(0, removable / bars.length));
  return pictureOf(
    [
      `<line x1="5" x2="5" y1="4" y2="${(4 + ROOM).toFixed(1)}" stroke="${colours.rule}" stroke-width="1"/>`,
      `<line x1="3" x2="3" y1="4" y2="${(4 + going).toFixed(1)}" stroke="${colours.short}" stroke-width="3"/>`,
      ...lines,
    ],
    [
      { text: words.canGo, look: `stroke="${colours.short}"` },
      { text: words.stay, look: `stroke="${colours.bar}"` },
    ],
    colours,
  );
}

/** A picture with what its colours mean below it. Lines are markup of ours; words are text. */
export function pictureOf(
  lines: readonly string[],
  legend: readonly { readonly text: string; readonly look: string }[],
  colours: PictureColours,
): string {
  const foot = HEIGHT - 4;
  const labels = legend.map(({ text, look }, index) => {
    const x = 4 + (index * WIDTH) / legend.length;
    return (
      lineAt(x, x + 14, foot - 4, `stroke-width="3" ${look}`) +
      `<text x="${x + 18}" y="${foot}" font-family="sans-serif" font-size="11" fill="${colours.ink}">${escaped(text)}</text>`
    );
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}">`,
    ...lines,
    ...labels,
    '</svg>',
  ].join('');
}

export function lineAt(from: number, to: number, y: number, look: string): string {
  return `<line x1="${from.toFixed(1)}" x2="${to.toFixed(1)}" y1="${y.toFixed(1)}" y2="${y.toFixed(1)}" ${look}/>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, letter => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[letter]!);
}
