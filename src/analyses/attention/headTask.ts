import type { Cancellation } from '../../base/cancellation';
import { subProgress, type Progress } from '../../base/progress';
import { ATTENTION_MEASURES, ATTENTION_THRESHOLDS, AttentionGraphs, MOST_CYCLES } from '../../topology/attentionGraph';
import { clusteringRadius, mapper, type MapperEdge } from '../../topology/mapper';
import { mapperLens } from '../../topology/mapperLens';
import type { PointCloud } from '../../topology/pointCloud';
import type { AttentionParameters, Estimate, ThresholdFeatures } from './attention';
import { flatNodes, purityOf, roleTest, type PointRoles, type RoleTest } from './roleTest';

/** One head of one layer, in all texts. */
export interface AttentionHeadInput {
  /** As `LayerAttention` lays it out. */
  readonly values: Float32Array;
  readonly tokens: Uint32Array;
  readonly start: Float64Array;
  readonly heads: number;
  readonly head: number;
  readonly words: AttendedWords;
  readonly parameters: AttentionParameters;
  readonly permutations: number;
}

/** The words that Mapper sees, text after text. */
export interface AttendedWords {
  /** Unit of each token of all texts, text after text. */
  readonly unitOf: Int32Array;
  /** Most units of a text. */
  readonly units: number;
  readonly pointText: Uint32Array;
  readonly pointUnit: Uint32Array;
  /** By all roles, and by those that are compared; `undefined` without roles. */
  readonly all: PointRoles | undefined;
  readonly compared: PointRoles | undefined;
}

export interface AttentionHeadOutput {
  readonly features: readonly ThresholdFeatures[];
  readonly nodes: readonly { readonly interval: number; readonly members: Uint32Array }[];
  readonly edges: readonly MapperEdge[];
  readonly coverage: number;
  readonly components: number;
  readonly loops: number;
  readonly radius: number;
  readonly purity: number | undefined;
  readonly test: RoleTest | undefined;
}

/** Of the knee of the neighbour distances (TopoBERT). */
const KNEE_SHARE = 0.75;
const TEXTS_BETWEEN_POLLS = 8;

/** Graph features of a head over all texts, and the Mapper graph of what its words attend to. */
export function attentionHead(
  input: AttentionHeadInput,
  cancellation: Cancellation,
  progress: Progress,
): AttentionHeadOutput {
  const { words, parameters, permutations } = input;
  progress(0, 'attention graphs');
  const features = featuresOf(input, cancellation);
  progress(0.4, 'what words attend to');
  const cloud = wordVectors(input, cancellation);
  const lens = mapperLens(cloud, parameters.lens, 0, cancellation);
  const { intervals, overlap, minimumPoints, seed } = parameters;
  const radius = parameters.radius ?? KNEE_SHARE * clusteringRadius(cloud, 'dbscan', minimumPoints, cancellation);
  const graph = mapper(cloud, lens, {
    intervals,
    overlap,
    clustering: 'dbscan',
    radius,
    minimumPoints,
    cancellation,
    progress: subProgress(progress, 0.4, 0.8),
  });
  progress(0.8, 'roles');
  const nodes = flatNodes(graph.nodes);
  const purity = words.all && purityOf(nodes, words.all.role, new Uint32Array(words.all.roles));
  return {
    features,
    nodes: graph.nodes.map(({ interval, members }) => ({ interval, members })),
    edges: graph.edges,
    coverage: graph.coverage,
    components: graph.components,
    loops: graph.loops,
    radius: graph.radius,
    purity: purity === undefined || Number.isNaN(purity) ? undefined : purity,
    test: words.compared && roleTest(nodes, words.compared, permutations, seed, cancellation),
  };
}

function featuresOf(input: AttentionHeadInput, cancellation: Cancellation): ThresholdFeatures[] {
  const { values, tokens, start, heads, head } = input;
  const measures = ATTENTION_MEASURES.length;
  const size = ATTENTION_THRESHOLDS.length * measures;
  const longest = tokens.reduce((most, count) => Math.max(most, count), 0);
  const graphs = new AttentionGraphs(longest, ATTENTION_THRESHOLDS, cancellation);
  const one = new Float64Array(size);
  const [sums, squares] = [new Float64Array(size), new Float64Array(size)];
  const capped = new Uint32Array(ATTENTION_THRESHOLDS.length);
  const cycles = ATTENTION_MEASURES.indexOf('cycles');
  tokens.forEach((count, text) => {
    if (text % TEXTS_BETWEEN_POLLS === 0) cancellation.throwIfCancelled();
    graphs.features(values, heads * start[text]! + head * count ** 2, count, one, 0);
    for (let k = 0; k < size; k++) {
      sums[k] = sums[k]! + one[k]!;
      squares[k] = squares[k]! + one[k]! ** 2;
    }
    for (let t = 0; t < capped.length; t++) if (one[t * measures + cycles]! >= MOST_CYCLES) capped[t] = capped[t]! + 1;
  });
  const texts = tokens.length;
  const estimate = (t: number, measure: (typeof ATTENTION_MEASURES)[number]): Estimate => {
    const k = t * measures + ATTENTION_MEASURES.indexOf(measure);
    const mean = sums[k]! / texts;
    const variance = texts < 2 ? 0 : Math.max(0, squares[k]! - texts * mean ** 2) / (texts - 1);
    const reach = 1.96 * Math.sqrt(variance / texts);
    return { mean, low: mean - reach, high: mean + reach };
  };
  return ATTENTION_THRESHOLDS.map((threshold, t) => ({
    threshold,
    strongComponents: estimate(t, 'strongComponents'),
    edges: estimate(t, 'edges'),
    degree: estimate(t, 'degree'),
    cycles: estimate(t, 'cycles'),
    cyclesCapped: capped[t]! / texts,
    beta0: estimate(t, 'beta0'),
    beta1: estimate(t, 'beta1'),
  }));
}

/**
 * What each point attends to: coordinate u is the share that goes to unit u of its text, special tokens among them, and 0 beyond its end. To a word goes what goes to
 * its tokens together; from a word comes what comes from its tokens on average (Clark, Khandelwal, Levy, Manning 2019, section 4.1).
 */
export function wordVectors(
  { values, tokens, start, heads, head, words }: Omit<AttentionHeadInput, 'parameters' | 'permutations'>,
  cancellation: Cancellation,
): PointCloud {
  const { unitOf, units, pointText, pointUnit } = words;
  const count = pointText.length;
  const coordinates = new Float64Array(count * units);
  const tokenStart = new Uint32Array(tokens.length + 1);
  tokens.forEach((own, text) => (tokenStart[text + 1] = tokenStart[text]! + own));
  for (let point = 0; point < count; point++) {
    if (point % 1024 === 0) cancellation.throwIfCancelled();
    const text = pointText[point]!;
    const unit = pointUnit[point]!;
    const own = tokens[text]!;
    const first = tokenStart[text]!;
    const matrix = heads * start[text]! + head * own ** 2;
    let parts = 0;
    for (let i = 0; i < own; i++) {
      if (unitOf[first + i] !== unit) continue;
      parts++;
      for (let j = 0; j < own; j++) {
        const at = point * units + unitOf[first + j]!;
        coordinates[at] = coordinates[at]! + values[matrix + i * own + j]!;
      }
    }
    for (let u = 0; u < units; u++) coordinates[point * units + u] = coordinates[point * units + u]! / parts;
  }
  return { count, width: units, values: coordinates };
}
