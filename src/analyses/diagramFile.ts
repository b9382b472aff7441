import { Fault } from '../base/fault';
import type { DiagramPoints } from '../topology/diagramPoints';

const SHAPE = 'a result with "diagram": {"0": [[birth, death], …], …}, where a death may be null';

/**
 * The points of one dimension of a diagram in our own JSON, in the order in which they stand there; none where the dimension is not there. A death of
 * null is ∞, or −∞ where the other points are born above their death. Throws `corrupt` for anything else, saying where.
 */
export function pointsOfDiagramFile(text: string, dimension: number, source: string): DiagramPoints {
  const refuse = (what: string) =>
    new Fault('corrupt', `${what}.`, { hint: `Give ${SHAPE}, such as rips and cubical print.`, source });
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw new Fault('corrupt', 'The file is no JSON.', { hint: `Give ${SHAPE}.`, source, cause });
  }
  const diagram = property(parsed, 'diagram');
  if (typeof diagram !== 'object' || diagram === null || Array.isArray(diagram))
    throw refuse('The file has no diagram');
  const list = property(diagram, String(dimension)) ?? [];
  if (!Array.isArray(list)) throw refuse(`Dimension ${dimension} of the diagram is no list of pairs`);
  const pairs = list.map((pair: unknown, i): readonly [number, number | null] => {
    const [birth, death] = Array.isArray(pair) && pair.length === 2 ? (pair as unknown[]) : [];
    if (typeof birth !== 'number' || !(typeof death === 'number' || death === null))
      throw refuse(`Pair ${i} of dimension ${dimension} is ${JSON.stringify(pair).slice(0, 40)}, not [birth, death]`);
    return [birth, death];
  });
  const superlevel = pairs.some(([birth, death]) => death !== null && death < birth);
  const upright = pairs.findIndex(([birth, death]) => death !== null && death > birth);
  if (superlevel && upright >= 0) throw refuse(`Dimension ${dimension} has pairs above and below the diagonal`);
  return {
    birth: Float64Array.from(pairs, pair => pair[0]),
    death: Float64Array.from(pairs, pair => pair[1] ?? (superlevel ? -Infinity : Infinity)),
  };
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}
