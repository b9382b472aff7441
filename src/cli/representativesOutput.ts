import type { RipsResult } from '../analyses/rips';
import { rangeOfDimension } from '../topology/diagram';
import type { Representative } from '../topology/representative';
import type { TextStyle } from './command';
import { counted } from './counted';
import { simplicesJson } from './json';
import { figure, textTable } from './textTable';

/** In text: so many bars of each dimension, and so many points of each. */
const MOST_BARS = 5;
const MOST_POINTS = 10;
const NAMES = ['point', 'edge', 'triangle'];

/** Cycles or cocycles by dimension. Loops have their simplices as `edges`, too. */
export function representativesJson(
  representatives: readonly Representative[],
  { representedFrom, maxDimension }: RipsResult,
): Record<string, unknown[]> {
  const json: Record<string, unknown[]> = {};
  for (let dimension = representedFrom; dimension <= maxDimension; dimension++) json[String(dimension)] = [];
  for (const { dimension, pair, vertices, simplices, coefficients } of representatives) {
    const lists = simplicesJson(simplices, dimension);
    json[String(dimension)]!.push({
      pair,
      vertices: [...vertices],
      ...(dimension === 1 ? { edges: lists } : {}),
      simplices: lists,
      coefficients: [...coefficients],
    });
  }
  return json;
}

/** The longest bars from H1 on with what stands for them; nothing where there are none. `kind` is what it is: cycle. */
export function representativesText(
  representatives: readonly Representative[],
  { diagram, maxDimension }: RipsResult,
  kind: string,
  style: TextStyle,
): readonly string[] {
  const rows = Array.from({ length: maxDimension }, (_, k) => k + 1).flatMap(dimension => {
    const [from] = rangeOfDimension(diagram, dimension);
    return representatives
      .filter(one => one.dimension === dimension)
      .map(one => ({ ...one, birth: diagram.birth[from + one.pair]!, death: diagram.death[from + one.pair]! }))
      .sort((a, b) => byLength(a) - byLength(b))
      .slice(0, MOST_BARS);
  });
  if (rows.length === 0) return [];
  const table = textTable(
    [
      { title: kind, cell: ({ dimension }) => `H${dimension}` },
      { title: 'bar', align: 'right', cell: ({ birth, death }) => `${figure(birth)} … ${figure(death)}` },
      {
        title: 'made of',
        align: 'right',
        cell: ({ dimension, coefficients }) => madeOf(coefficients.length, dimension),
      },
      {
        title: 'through the points',
        cell: ({ vertices }) =>
          [...vertices.subarray(0, MOST_POINTS)].join(' ') + (vertices.length > MOST_POINTS ? ' …' : ''),
      },
    ],
    rows,
    style.dim,
  );
  return ['', table];
}

/** Ascending for the longest first; endless ones are equal. */
function byLength({ birth, death }: { readonly birth: number; readonly death: number }): number {
  return death === Infinity ? -Number.MAX_VALUE : birth - death;
}

function madeOf(count: number, dimension: number): string {
  const name = NAMES[dimension];
  return name === undefined ? `${count} of ${dimension + 1} points` : counted(count, name);
}
