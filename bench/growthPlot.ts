/** What one program took, by the number of points. */
export interface GrowthCurve {
  readonly name: string;
  readonly points: readonly {
    readonly size: number;
    readonly milliseconds: number;
    readonly bytes: number;
    /** Without what a process takes before its work begins. */
    readonly work: { readonly milliseconds: number; readonly bytes: number };
  }[];
}

const [WIDTH, HEIGHT] = [880, 380];
const PANEL = { width: 330, height: 290, top: 46 };
const [TIME_LEFT, MEMORY_LEFT] = [60, 480] as const;
const COLOURS = ['#0b62a4', '#4aa3df', '#c2410c'];

/** Two panels, time and memory against the number of points, on logarithmic axes, as an SVG. */
export function growthPlot(curves: readonly GrowthCurve[]): string {
  const time = panel('Time, whole process', TIME_LEFT, curves, ({ milliseconds }) => milliseconds / 1000, seconds);
  const memory = panel('Most memory held', MEMORY_LEFT, curves, ({ bytes }) => bytes / 2 ** 20, megabytes);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}"`,
    '  font-family="system-ui, sans-serif" font-size="12" fill="#222">',
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    ...time,
    ...memory,
    '</svg>',
    '',
  ].join('\n');
}

type Point = GrowthCurve['points'][number];

function panel(
  title: string,
  left: number,
  curves: readonly GrowthCurve[],
  value: (point: Point) => number,
  label: (value: number) => string,
): string[] {
  const all = curves.flatMap(({ points }) => points);
  const sizes = [...new Set(all.map(({ size }) => size))].sort((a, b) => a - b);
  const [lowest, highest] = [Math.min(...all.map(value)), Math.max(...all.map(value))];
  const decades = steps(lowest, highest);
  const { width, height, top } = PANEL;
  const x = scale(Math.min(...sizes), Math.max(...sizes), left, left + width - 60);
  const y = scale(Math.min(...decades), Math.max(...decades), top + height, top);
  const drawn = [`<text x="${left}" y="${top - 20}" font-weight="600" font-size="14">${title}</text>`];
  for (const step of decades) {
    const at = y(step);
    drawn.push(`<path d="M${left} ${at}H${left + width - 60}" stroke="#ddd"/>`);
    drawn.push(`<text x="${left - 6}" y="${at + 4}" text-anchor="end" fill="#555">${label(step)}</text>`);
  }
  for (const size of sizes)
    drawn.push(`<text x="${x(size)}" y="${top + height + 20}" text-anchor="middle" fill="#555">${size}</text>`);
  const ends: number[] = [];
  curves.forEach(({ name, points }, k) => {
    const colour = COLOURS[k % COLOURS.length]!;
    const places = points.map(point => [x(point.size), y(value(point))] as const);
    drawn.push(
      `<path d="M${places.map(place => place.join(' ')).join('L')}" fill="none" stroke="${colour}" stroke-width="2"/>`,
    );
    for (const [cx, cy] of places) drawn.push(`<circle cx="${cx}" cy="${cy}" r="3" fill="${colour}"/>`);
    const [endX, endY] = places.at(-1) ?? [left, top];
    // Names of curves that end together stand below each other.
    let at = endY + 4;
    while (ends.some(other => Math.abs(other - at) < 14)) at += 14;
    ends.push(at);
    drawn.push(`<text x="${endX + 8}" y="${at}" fill="${colour}">${name}</text>`);
  });
  return drawn;
}

/** 1, 2 and 5 times the powers of ten, from the last one below the lowest value to the first one above the highest. */
function steps(lowest: number, highest: number): number[] {
  const all: number[] = [];
  for (let power = -4; power < 8; power++) for (const k of [1, 2, 5]) all.push(k * 10 ** power);
  const first = all.findLastIndex(step => step <= lowest);
  return all.slice(first, all.findIndex(step => step >= highest) + 1);
}

function scale(low: number, high: number, from: number, to: number): (value: number) => number {
  return value => Math.round(10 * (from + ((to - from) * Math.log(value / low)) / Math.log(high / low))) / 10;
}

function seconds(value: number): string {
  return `${Number(value.toPrecision(3))} s`;
}

function megabytes(value: number): string {
  return `${Number(value.toPrecision(3))} MB`;
}
