import type { InspectHead, LayerTopology } from '../../src/protocol/results';
import { maxDimensionOf, pairsOf } from '../plots/layerData';
import { checkedHead, checkedLayer } from './messages';
import type { State } from './store';

/**
 * What a view keeps of a result over the time in which it is hidden: VS Code takes the page away and makes it anew, and the result is
 * sent again. Until it is there, the findings and the table of layers stand as they were, so that nobody looks at bones. Plain JSON, and
 * small: the bars that a small barcode draws, no points and no cycles.
 */
export interface Memory {
  readonly title: string;
  readonly modelPath: string;
  readonly commandLine: string;
  readonly head: unknown;
  readonly samples: number;
  readonly findings: State['findings'];
  readonly warnings: State['warnings'];
  readonly layers: readonly unknown[];
}

export type Recalled = Pick<
  State,
  'title' | 'modelPath' | 'commandLine' | 'head' | 'findings' | 'warnings' | 'remembered' | 'isRemembered'
>;

const MOST_LAYERS = 80;
const MOST_CLASSES = 200;
const MOST_BARS = 8;

/** What is to be kept of a whole result; undefined where there is none. */
export function memoryOf(state: State): Memory | undefined {
  const { head, title, modelPath, commandLine, findings, warnings } = state;
  if (head === undefined || state.isRemembered || state.status?.kind !== 'done') return undefined;
  const { sampledRows, labels, ...rest } = head;
  return {
    title,
    modelPath,
    commandLine,
    head: {
      ...rest,
      ...(labels === undefined
        ? {}
        : { labels: { name: labels.name, classes: labels.classes.slice(0, MOST_CLASSES) } }),
    },
    samples: sampledRows.length,
    findings,
    warnings,
    layers: [...state.layers.values()].slice(0, MOST_LAYERS).map(thin),
  };
}

function thin(layer: LayerTopology): unknown {
  const bars = Array.from({ length: maxDimensionOf(layer) + 1 }, (_, dimension) => {
    const { birth, death, byLength } = pairsOf(layer, dimension);
    return Array.from(byLength.subarray(0, MOST_BARS), pair => [
      dimension,
      rounded(birth[pair]!),
      death[pair] === Infinity ? null : rounded(death[pair]!),
    ]);
  }).flat();
  const { name, op, shape, reduction, points, width, caveats, totalPersistence } = layer;
  const { medianDistance, enclosingRadius, significant, band, loopNull } = layer;
  const { count, share, scaleFrom, scaleTo } = layer.dense0;
  return {
    ...{ name, op, shape, reduction, points, width, caveats, totalPersistence, medianDistance, enclosingRadius },
    ...{ significant, band, loopNull, bars },
    dense0: { count, share, scaleFrom, scaleTo },
    milliseconds: layer.milliseconds,
  };
}

const rounded = (value: number): number => Number(value.toPrecision(5));

/** What was kept, checked like any message; undefined where it is none of ours, or of another form. */
export function recall(saved: unknown): Recalled | undefined {
  if (typeof saved !== 'object' || saved === null || !('memory' in saved)) return undefined;
  const memory = saved.memory as Partial<Memory> | null;
  if (typeof memory !== 'object' || memory === null) return undefined;
  const { title, modelPath, commandLine, samples, findings, warnings, layers } = memory;
  if (typeof title !== 'string' || typeof modelPath !== 'string' || typeof commandLine !== 'string') return undefined;
  if (!Array.isArray(findings) || !Array.isArray(warnings) || !Array.isArray(layers)) return undefined;
  if (!findings.every(isFinding) || !warnings.every(isWarning)) return undefined;
  const head = headOf(memory.head, samples);
  if (head === undefined) return undefined;
  const remembered = new Map<string, LayerTopology>();
  for (const layer of layers.map(thickened)) if (layer !== undefined) remembered.set(layer.name, layer);
  return { title, modelPath, commandLine, head, findings, warnings, remembered, isRemembered: true };
}

function isFinding(value: unknown): value is State['findings'][number] {
  const finding = value as Partial<State['findings'][number]> | null;
  return typeof finding?.sentence === 'string' && typeof finding.rule === 'string';
}

function isWarning(value: unknown): value is State['warnings'][number] {
  return typeof (value as { message?: unknown } | null)?.message === 'string';
}

/** Which rows were drawn is not kept, only how many. */
function headOf(head: unknown, samples: unknown): InspectHead | undefined {
  if (typeof head !== 'object' || head === null || !Number.isInteger(samples)) return undefined;
  const labels = 'labels' in head && typeof head.labels === 'object' ? head.labels : undefined;
  const count = Math.max(0, Math.min(1e6, samples as number));
  return checkedHead({
    ...head,
    sampledRows: new Uint32Array(count),
    ...(labels === undefined ? {} : { labels: { ...labels, values: new Int32Array(0) } }),
  });
}

function thickened(value: unknown): LayerTopology | undefined {
  if (typeof value !== 'object' || value === null || !('bars' in value) || !Array.isArray(value.bars)) return undefined;
  const bars = (value.bars as readonly unknown[]).filter(
    (bar): bar is [number, number, number | null] => Array.isArray(bar) && typeof bar[1] === 'number',
  );
  return checkedLayer({
    ...value,
    diagram: {
      dimension: Uint8Array.from(bars, ([dimension]) => dimension),
      birth: Float64Array.from(bars, ([, birth]) => birth),
      death: Float64Array.from(bars, ([, , death]) => death ?? Infinity),
    },
    cycles: [],
    betti: { scales: new Float64Array(0), counts: new Float64Array(0) },
    projection: { x: new Float32Array(0), y: new Float32Array(0), explained: [] },
  });
}
