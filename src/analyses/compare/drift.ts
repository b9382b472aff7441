import type { Cancellation } from '../../base/cancellation';
import { formatCount, formatNumber, formatPercent, formatQuantity, NOT_KNOWN } from '../../base/numbers';
import { bottleneckDistance } from '../../topology/diagramDistance';
import type { Finding, InspectResult } from '../inspect';
import type { LayerTopology } from '../layerTopology';
import type { Baseline, BaselineLayer } from './baseline';
import { escapeMarkdown } from './compareMarkdown';
import { overUnit, pointsOf } from './scaledDiagram';

/** Of every layer, unless another is given. Half of what two samples of 200 rows of one layer differ by is no drift; a layer that was trained on does more. */
export const DEFAULT_MAX_DRIFT = 0.1;

/** How far a layer is from what it was. */
export interface LayerDrift {
  readonly layer: string;
  /** Bottleneck distances of the diagrams before and now by dimension, each over its own median distance; none where the layer is gone or could not be computed. */
  readonly bottleneck: readonly number[];
  /** The largest of them; `null` where there is none. */
  readonly drift: number | null;
  readonly passed: boolean;
  /** Why there is no drift, or that the layer is new. */
  readonly note?: string;
}

export interface CheckResult {
  readonly passed: boolean;
  readonly maxDrift: number;
  readonly maxAccuracyDrop: number | undefined;
  /** Accuracy now less the baseline's, where both are known. */
  readonly accuracyChange: number | undefined;
  /** In the baseline's order, then those that are new. */
  readonly layers: readonly LayerDrift[];
  /** The largest drift. */
  readonly worst: LayerDrift | undefined;
  /** What was found now, the drift first. */
  readonly inspection: InspectResult;
}

export interface DriftLimits {
  readonly maxDrift: number;
  /** A share of rows. */
  readonly maxAccuracyDrop: number | undefined;
}

/** Compares an inspection with an earlier one. A layer that is gone, or could not be computed, fails; one that is new does not. */
export function driftOf(
  baseline: Baseline,
  now: InspectResult,
  limits: DriftLimits,
  cancellation: Cancellation,
): CheckResult {
  const { maxDrift, maxAccuracyDrop } = limits;
  const current = new Map(now.layers.map(layer => [layer.name, layer]));
  const before = new Set(baseline.layers.map(({ name }) => name));
  const layers = baseline.layers.map((layer): LayerDrift => {
    const found = current.get(layer.name);
    if (found !== undefined) return layerDrift(layer, found, maxDrift, cancellation);
    const failure = now.failures.find(({ name }) => name === layer.name);
    const note = failure === undefined ? 'The model has no such layer any more.' : failure.message;
    return { layer: layer.name, bottleneck: [], drift: null, passed: false, note };
  });
  const added = now.layers.flatMap(({ name }): LayerDrift[] =>
    before.has(name)
      ? []
      : [{ layer: name, bottleneck: [], drift: null, passed: true, note: 'The baseline has no such layer.' }],
  );
  const change =
    baseline.accuracy === undefined || now.head.accuracy === undefined
      ? undefined
      : now.head.accuracy.value - baseline.accuracy;
  const accurate = maxAccuracyDrop === undefined || change === undefined || change >= -maxAccuracyDrop;
  const [worst] = [...layers].filter(({ drift }) => drift !== null).sort((x, y) => y.drift! - x.drift!);
  const result = {
    passed: accurate && layers.every(({ passed }) => passed),
    maxDrift,
    maxAccuracyDrop,
    accuracyChange: change,
    layers: [...layers, ...added],
    worst,
  };
  return { ...result, inspection: { ...now, findings: [...driftFindings(result), ...now.findings] } };
}

function layerDrift(
  before: BaselineLayer,
  now: LayerTopology,
  maxDrift: number,
  cancellation: Cancellation,
): LayerDrift {
  const [first, second] = [before, now].map(({ diagram, medianDistance }) => overUnit(diagram, medianDistance));
  const bottleneck = before.totalPersistence.map((_, dimension) => {
    const { distance } = bottleneckDistance(
      pointsOf(first!, dimension),
      pointsOf(second!, dimension),
      'linf',
      cancellation,
    );
    return distance ?? Infinity;
  });
  const drift = Math.max(0, ...bottleneck);
  return { layer: before.name, bottleneck, drift, passed: drift <= maxDrift };
}

/** One sentence that says whether the gate is open, and why not. */
export function verdictOf({
  passed,
  layers,
  maxDrift,
  worst,
  accuracyChange,
  maxAccuracyDrop,
}: Omit<CheckResult, 'inspection'>): string {
  const failed = layers.filter(layer => !layer.passed);
  const parts = failed.map(({ layer, drift, note }) =>
    drift === null
      ? `${layer}: ${note}`
      : `${layer} drifted by ${formatNumber(drift)}, more than ${formatNumber(maxDrift)}`,
  );
  if (maxAccuracyDrop !== undefined && accuracyChange !== undefined && accuracyChange < -maxAccuracyDrop)
    parts.push(`accuracy fell by ${formatPercent(-accuracyChange)}, more than ${formatPercent(maxAccuracyDrop)}`);
  if (!passed) return `${parts.join('; ')}.`.replace('..', '.');
  if (worst === undefined) return 'There was no layer to compare.';
  return `${formatQuantity(layers.filter(({ drift }) => drift !== null).length, 'layer')} within ${formatNumber(maxDrift)} of the baseline: ${worst.layer} drifted most, by ${formatNumber(worst.drift!)}.`;
}

function driftFindings(check: Omit<CheckResult, 'inspection'>): readonly Finding[] {
  const { layers, passed, worst } = check;
  const named = layers.find(layer => !layer.passed) ?? worst;
  return [
    {
      kind: 'caveat',
      weight: 'strong',
      sentence: passed ? verdictOf(check) : `The check failed: ${verdictOf(check)}`,
      rule: 'Drift of a layer: the larger of the bottleneck distances of its diagrams then and now, in H0 and H1, each in units of its median distance; on the same rows.',
      target: named === undefined || named.drift === null ? undefined : { layer: named.layer, view: 'diagram' },
    },
  ];
}

/** The check as Markdown for the page of a job. */
export function checkMarkdown(check: CheckResult): string {
  const { passed, layers, maxDrift, accuracyChange, inspection } = check;
  const file = inspection.head.model.name;
  const name = file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1);
  return [
    `## ${passed ? '✅' : '❌'} Topology of ${escapeMarkdown(name)}: ${passed ? 'no drift' : 'drift'}`,
    '',
    escapeMarkdown(verdictOf(check)),
    '',
    `| layer | drift H0 | H1 | at most ${formatNumber(maxDrift)} |`,
    '|---|---:|---:|---|',
    ...layers.map(({ layer, bottleneck, passed: own, note }) => {
      const cell = (dimension: number) => formatNumber(bottleneck[dimension]);
      return `| ${escapeMarkdown(layer)} | ${cell(0)} | ${cell(1)} | ${own ? (note === undefined ? 'yes' : escapeMarkdown(note)) : `**no**${note === undefined ? '' : ` ${escapeMarkdown(note)}`}`} |`;
    }),
    '',
    accuracyChange === undefined
      ? ''
      : `Accuracy ${formatPercent(inspection.head.accuracy!.value)}, ${accuracyChange < 0 ? '−' : '+'}${formatPercent(Math.abs(accuracyChange))} from the baseline.`,
    `<sub>${formatQuantity(inspection.head.sampledRows.length, 'point')} of ${formatCount(inspection.head.data.rows)} rows, seed ${inspection.head.parameters.seed}; bottleneck distances of diagrams in units of the median distance${layers.some(({ drift }) => drift === null) ? `; ${NOT_KNOWN} where there is none` : ''}.</sub>`,
    '',
  ].join('\n');
}
