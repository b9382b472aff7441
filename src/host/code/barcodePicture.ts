/** Colours of a theme, as CSS writes them. */
export interface PictureColours {
  readonly bar: string;
  readonly short: string;
  readonly ink: string;
  readonly rule: string;
}

const WIDTH = 320;
const HEIGHT = 96;
const FOOT = 16;
const MOST_BARS = 80;

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
 * The barcode of a layer's units as an SVG image: a bar a unit, from 0 to where it merges with another, shortest on top. Those that can go are drawn in another
 * colour and dashed, so that they are told apart without it. More bars than fit are drawn one for several.
 */
export function barcodePicture(
  bars: readonly number[],
  removable: number,
  words: { readonly canGo: string; readonly stay: string },
  colours: PictureColours,
): string {
  const shown = Math.min(MOST_BARS, bars.length);
  const longest = Math.max(...bars, Number.MIN_VALUE);
  const step = (HEIGHT - FOOT - 4) / Math.max(1, shown);
  const thick = Math.max(1, Math.min(6, step * 0.7));
  const lines = Array.from({ length: shown }, (_, row) => {
    const index = Math.floor((row * bars.length) / shown);
    const length = Math.max(1, (bars[index]! / longest) * (WIDTH - 8));
    const y = (4 + step * (row + 0.5)).toFixed(1);
    const goes = index < removable;
    const dash = goes ? ' stroke-dasharray="4 2"' : '';
    return `<line x1="4" x2="${(4 + length).toFixed(1)}" y1="${y}" y2="${y}" stroke="${goes ? colours.short : colours.bar}" stroke-width="${thick.toFixed(1)}"${dash}/>`;
  });
  const foot = HEIGHT - 4;
  const label = (x: number, text: string, colour: string, dash: string) =>
    `<line x1="${x}" x2="${x + 14}" y1="${foot - 4}" y2="${foot - 4}" stroke="${colour}" stroke-width="3"${dash}/>` +
    `<text x="${x + 18}" y="${foot}" font-family="sans-serif" font-size="11" fill="${colours.ink}">${escaped(text)}</text>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}">`,
    `<line x1="4" x2="4" y1="2" y2="${HEIGHT - FOOT}" stroke="${colours.rule}" stroke-width="1"/>`,
    ...lines,
    label(4, words.canGo, colours.short, ' stroke-dasharray="4 2"'),
    label(WIDTH / 2, words.stay, colours.bar, ''),
    '</svg>',
  ].join('');
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, letter => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[letter]!);
}
