import type { DescribeWords, WeightHistogram } from '../../src/protocol/describe';
import { formatCount, formatNumber, formatPercent } from '../format/numbers';
import { drawIcon, element } from '../inspect/dom';
import { fill } from './shapes';

const WIDTH = 320;
const HEIGHT = 56;
const SVG = 'http://www.w3.org/2000/svg';

/** How a tensor's values are distributed: a bar for each bin, what they sum up to, and a warning where some are no finite numbers. */
export function histogramView(histogram: WeightHistogram, words: DescribeWords): HTMLElement {
  const { range, count, zeros, notANumber, infinite } = histogram;
  const parts: HTMLElement[] = [];
  if (notANumber + infinite > 0)
    parts.push(
      element('p', { class: 'not-finite' }, [
        drawIcon('warning'),
        fill(words.notFinite, formatCount(notANumber), formatCount(infinite)),
      ]),
    );
  if (range !== undefined) parts.push(bars(histogram, words));
  const facts: [string, string][] = [
    [words.values, formatCount(count)],
    [words.zeros, count === 0 ? formatCount(0) : formatPercent(zeros / count)],
    ...(range === undefined
      ? []
      : ([
          [words.least, formatNumber(range.min)],
          [words.greatest, formatNumber(range.max)],
          [words.mean, formatNumber(range.mean)],
          [words.deviation, formatNumber(range.standardDeviation)],
        ] as [string, string][])),
  ];
  parts.push(
    element(
      'dl',
      { class: 'moments' },
      facts.map(([term, value]) => element('div', {}, [element('dt', { text: term }), element('dd', { text: value })])),
    ),
  );
  return element('div', { class: 'histogram' }, parts);
}

function bars({ name, bins, from, to, count }: WeightHistogram, words: DescribeWords): HTMLElement {
  const svg = document.createElementNS(SVG, 'svg');
  const label = fill(words.histogram, name, formatCount(count), formatNumber(from), formatNumber(to));
  for (const [key, value] of Object.entries({
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    preserveAspectRatio: 'none',
    role: 'img',
    'aria-label': label,
  }))
    svg.setAttribute(key, value);
  const add = (tag: string, attributes: Readonly<Record<string, string | number>>): void => {
    const made = document.createElementNS(SVG, tag);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
    svg.append(made);
  };
  const most = bins.reduce((a, b) => Math.max(a, b), 0);
  const step = WIDTH / bins.length;
  const outline = Array.from(bins, (held, at) => {
    // What is there is seen, however rare.
    const height = held === 0 ? 0 : Math.max(1, (held / most) * (HEIGHT - 4));
    return `M${(at * step).toFixed(2)} ${HEIGHT}v${(-height).toFixed(2)}h${Math.max(0.5, step - (step > 3 ? 0.6 : 0)).toFixed(2)}v${height.toFixed(2)}z`;
  });
  if (from < 0 && to > 0) {
    const zero = ((-from / (to - from)) * WIDTH).toFixed(2);
    add('line', { x1: zero, x2: zero, y1: 0, y2: HEIGHT, class: 'zero' });
  }
  add('path', { d: outline.join(''), class: 'bars' });
  add('line', { x1: 0, x2: WIDTH, y1: HEIGHT, y2: HEIGHT, class: 'base' });
  const ends = element('div', { class: 'ends-of-axis', attributes: { 'aria-hidden': 'true' } }, [
    element('span', { text: formatNumber(from) }),
    element('span', { text: formatNumber(to) }),
  ]);
  return element('div', { class: 'bars-and-axis' }, [svg, ends]);
}
