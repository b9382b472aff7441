import type { DescribeResult } from '../../protocol/describe';
import type { InspectHead, InspectResult, LayerTopology, Provenance } from '../../protocol/results';

/** Results cut to what a chat can use: the findings with their rules, the numbers with their sample and caveats, and where they come from. */

const MOST_LAYERS = 40;
const MOST_FINDINGS = 8;
const MOST_WARNINGS = 5;
const MOST_BARS = 5;
const MOST_LOOPS = 3;
const MOST_ROWS = 30;

type Answer = Readonly<Record<string, unknown>>;

export function describeAnswer(model: string, result: DescribeResult): Answer {
  const { format, producer, parameters, inputs, outputs, layers, classNames, unsupported, warnings } = result;
  return {
    model,
    format,
    producer,
    parameters,
    inputs,
    outputs,
    ...(classNames === undefined ? {} : { classes: classNames.slice(0, MOST_LAYERS) }),
    ...cut('layers', layers, ({ name, op, outputShape, parameters: count }) => ({
      name,
      op,
      outputShape: outputShape ?? null,
      parameters: count,
    })),
    ...(unsupported.length === 0
      ? {}
      : { cannotRun: unsupported.slice(0, MOST_WARNINGS).map(({ operator, node }) => ({ operator, node })) }),
    ...(warnings.length === 0 ? {} : { warnings: warnings.slice(0, MOST_WARNINGS).map(({ message }) => message) }),
    provenance: provenanceOf(result.provenance),
  };
}

export function inspectAnswer(model: string, data: string, result: InspectResult): Answer {
  const { head, layers, findings, failures, warnings } = result;
  const { accuracy, sampledRows, parameters } = head;
  return {
    model,
    data: { name: data, rows: head.data.rows, treatment: head.data.treatment },
    sample: { rows: sampledRows.length, seed: parameters.seed },
    ...(accuracy === undefined
      ? {}
      : { accuracy: { value: accuracy.value, interval95: [accuracy.low, accuracy.high], rows: accuracy.samples } }),
    findings: findings.slice(0, MOST_FINDINGS).map(({ sentence, rule }) => ({ sentence, rule })),
    ...cut('layers', layers, layer => ({
      name: layer.name,
      op: layer.op,
      shape: layer.shape,
      points: layer.points,
      clusters: layer.dense0.count,
      significantLoops: layer.significant.loops ?? null,
      medianDistance: layer.medianDistance,
      caveats: layer.caveats.map(({ code }) => code),
    })),
    caveats: caveatsOf(layers.slice(0, MOST_LAYERS)),
    rules: {
      clusters: 'β0*: the most components that hold at least 3 % of the points each, over all scales',
      significantLoops:
        'bars of H1 longer than the longest loops of 95 % of covariance-matched Gaussian clouds; null: not tested',
    },
    ...(failures.length === 0
      ? {}
      : { failures: failures.slice(0, MOST_WARNINGS).map(({ name, message }) => ({ name, message })) }),
    ...(warnings.length === 0 ? {} : { warnings: warnings.slice(0, MOST_WARNINGS).map(({ message }) => message) }),
    provenance: provenanceOf(result.provenance),
  };
}

export function layerAnswer(model: string, data: string, result: InspectResult, layer: LayerTopology): Answer {
  const { dense0, significant, band, loopNull } = layer;
  const dimensions = layer.totalPersistence.map((_, dimension) => dimension);
  return {
    model,
    data,
    layer: layer.name,
    op: layer.op,
    shape: layer.shape,
    pointsAre: layer.reduction,
    points: layer.points,
    dimensionsOfPoints: layer.width,
    clusters: {
      count: dense0.count,
      rule: `β0*: components with a share of at least ${dense0.share}`,
      scales: [dense0.scaleFrom, dense0.scaleTo],
    },
    components: {
      significant: significant.components,
      of: barsOf(layer, 0).length,
      rule: 'longer than the 95 % confidence band',
      band: band.width,
    },
    loops: {
      significant: significant.loops ?? null,
      of: barsOf(layer, 1).length,
      rule: 'longer than the threshold: 95 % of the longest loops of covariance-matched Gaussian clouds',
      threshold: loopNull?.threshold ?? null,
    },
    longestBars: Object.fromEntries(
      dimensions.map(dimension => [
        `H${dimension}`,
        barsOf(layer, dimension)
          .slice(0, MOST_BARS)
          .map(({ birth, death }) => [birth, death]),
      ]),
    ),
    longestLoops: loopsOf(result.head, layer),
    totalPersistence: Object.fromEntries(
      dimensions.map(dimension => [`H${dimension}`, layer.totalPersistence[dimension]]),
    ),
    medianDistance: layer.medianDistance,
    enclosingRadius: layer.enclosingRadius,
    caveats: layer.caveats.map(({ message }) => message),
    findings: result.findings
      .filter(({ target }) => target?.layer === layer.name)
      .map(({ sentence, rule }) => ({ sentence, rule })),
    provenance: provenanceOf(result.provenance),
  };
}

/** The longest loops with the rows of the data on them, and the classes of those. */
function loopsOf(head: InspectHead, layer: LayerTopology): Answer[] {
  const cycles = new Map(layer.cycles.map(cycle => [cycle.pair, cycle]));
  return barsOf(layer, 1)
    .slice(0, MOST_LOOPS)
    .flatMap(({ pair, birth, death }): Answer[] => {
      const cycle = cycles.get(pair);
      if (cycle === undefined) return [];
      const samples = [...new Set(Array.from(cycle.vertices, point => layer.sampleOfPoint?.[point] ?? point))];
      const rows = samples.map(sample => head.sampledRows[sample]).filter(row => row !== undefined);
      const classes = new Map<string, number>();
      for (const sample of samples) {
        const name = head.labels?.classes[head.labels.values[sample] ?? -1];
        if (name !== undefined) classes.set(name, (classes.get(name) ?? 0) + 1);
      }
      return [
        {
          birth,
          death,
          rows: rows.slice(0, MOST_ROWS),
          ...(rows.length <= MOST_ROWS ? {} : { omittedRows: rows.length - MOST_ROWS }),
          ...(classes.size === 0 ? {} : { classes: Object.fromEntries([...classes].slice(0, MOST_ROWS)) }),
        },
      ];
    });
}

interface Bar {
  /** Index into the pairs of its dimension. */
  readonly pair: number;
  readonly birth: number;
  readonly death: number;
}

/** Longest first. */
function barsOf({ diagram }: LayerTopology, dimension: number): Bar[] {
  const bars: Bar[] = [];
  for (let i = 0; i < diagram.dimension.length; i++) {
    if (diagram.dimension[i] !== dimension) continue;
    bars.push({ pair: bars.length, birth: diagram.birth[i]!, death: diagram.death[i]! });
  }
  return bars.sort((a, b) => b.death - b.birth - (a.death - a.birth) || a.birth - b.birth);
}

/** Of many layers the first, and how many were left out. */
function cut<T>(name: string, all: readonly T[], show: (item: T) => unknown): Answer {
  const omitted = all.length - MOST_LAYERS;
  return { [name]: all.slice(0, MOST_LAYERS).map(show), ...(omitted > 0 ? { omittedLayers: omitted } : {}) };
}

/** What each code means, once; a sentence may differ by numbers from layer to layer. */
function caveatsOf(layers: readonly LayerTopology[]): Record<string, string> {
  return Object.fromEntries(layers.flatMap(layer => layer.caveats.map(({ code, message }) => [code, message])));
}

function provenanceOf({ version, model, data, labels, parameters, seed }: Provenance): Answer {
  return {
    version,
    ...(model === undefined ? {} : { modelSha256: model.sha256 }),
    ...(data === undefined ? {} : { dataSha256: data.sha256 }),
    ...(labels === undefined ? {} : { labelsSha256: labels.sha256 }),
    parameters,
    seed,
  };
}
