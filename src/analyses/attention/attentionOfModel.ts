import { Fault, type Warning } from '../../base/fault';
import { formatCount, formatQuantity } from '../../base/numbers';
import { subProgress } from '../../base/progress';
import { quoted } from '../../base/text';
import type { AttentionTensors } from '../../probes/attention/findAttention';
import type {
  AttentionCapture,
  AttentionCaptureOptions,
  LayerAttention,
} from '../../probes/attention/captureAttention';
import { holm } from '../../topology/holm';
import type { AnalysisContext, Provenance } from '../analysis';
import type {
  AttentionHead,
  AttentionLayer,
  AttentionNode,
  AttentionParameters,
  AttentionResult,
  AttentionRoles,
} from './attention';
import { attendedWords, wordPlaces, type Attended } from './attendedWords';
import type { AttentionHeadOutput } from './headTask';
import { flatNodes, purityOf, textsOfOneLength } from './roleTest';
import { syntaxFinding } from './syntaxFinding';
import { drawTexts, type TextUnits } from './textUnits';

/** What is looked at, and how to run it. */
export interface AttentionSubject {
  readonly attention: AttentionTensors;
  readonly texts: readonly TextUnits[];
  /** The field of the roles; `undefined` where the data has none. */
  readonly rolesField: string | undefined;
  readonly parameters: AttentionParameters;
  readonly warnings: readonly Warning[];
  /** Without the libraries, which the capture tells. */
  readonly provenance: Provenance;
  /** Runs the network for the tensors with these places in `attention.found`. */
  capture(
    tensors: readonly number[],
    options: Pick<AttentionCaptureOptions, 'onLayer' | 'progress'>,
  ): Promise<AttentionCapture>;
}

/** Fewer texts say little of what a head does on average. */
const FEW_TEXTS = 50;
/** Exchanges of roles; more where there are so many heads that Holm's smallest p-value could not be below 0.05. */
const PERMUTATIONS = 999;
const PERMUTATIONS_A_HEAD = 40;
const SHOWN_WORDS = 5;

/**
 * Graph features and Mapper graphs of the heads of a network, and which of them follow syntax beyond position. Throws `unsupported` for a network whose attention
 * is not to be read, `usage` for a layer, head or role that is not there, `empty`, and what the capture throws.
 */
export async function attentionOfModel(subject: AttentionSubject, context: AnalysisContext): Promise<AttentionResult> {
  const { attention, texts, parameters } = subject;
  const { cancellation, progress } = context;
  const asked = askedLayers(attention, parameters);
  const drawn = drawTexts(texts, parameters.points, parameters.seed);
  const { words, names, compared } = attendedWords(subject, drawn);
  if (words.pointText.length === 0) throw new Fault('empty', 'The texts have no words.');

  const layers: AttentionLayer[] = [];
  const outputs: { readonly layer: number; readonly head: number; readonly output: AttentionHeadOutput }[] = [];
  const all = parameters.layer === undefined ? attention.found.length : 1;
  let permutations = 0;
  const onLayer = async ({ index, ...layer }: LayerAttention) => {
    const number = asked[index]!;
    const heads = askedHeads(number, layer.heads, parameters);
    const { name, output } = attention.found[number]!;
    layers.push({ layer: number, name, source: output === undefined ? 'pattern' : 'output', heads: layer.heads });
    // One number for all heads, and the same for one that is asked for alone.
    permutations = parameters.permutations ?? Math.max(PERMUTATIONS, PERMUTATIONS_A_HEAD * layer.heads * attention.found.length - 1); // prettier-ignore
    const [from, to] = [0.1 + (0.9 * (layers.length - 1)) / all, 0.1 + (0.9 * layers.length) / all];
    const fractions = new Float64Array(heads.length);
    const found = await Promise.all(
      heads.map((head, i) =>
        context.task('attentionHead', { ...layer, head, words, parameters, permutations }, fraction => {
          fractions[i] = fraction;
          const mean = fractions.reduce((sum, one) => sum + one, 0) / heads.length;
          progress(from + (to - from) * mean, `layer ${number}, ${formatQuantity(heads.length, 'head')}`);
        }),
      ),
    );
    found.forEach((output, i) => outputs.push({ layer: number, head: heads[i]!, output }));
  };
  const capture = await subject.capture(asked, { onLayer, progress: subProgress(progress, 0, 0.1) });
  cancellation.throwIfCancelled();
  if (outputs.length === 0) throw noneReadable(subject, capture, asked);

  const roles = rolesOf(subject, { words, names, compared, drawn, permutations });
  const adjusted = holm(outputs.flatMap(({ output }) => output.test?.pValue ?? []));
  let tested = 0;
  const heads = outputs.map(({ layer, head, output }): AttentionHead => {
    const { features, test, purity } = output;
    const own = test === undefined ? undefined : adjusted[tested++]!;
    return {
      layer,
      head,
      features,
      mapper: mapperOf(output, { words, names, texts }),
      purity: purity ?? null,
      separation:
        test === undefined || own === undefined || roles === null
          ? null
          : {
              ...test,
              adjusted: own,
              beyondPosition: own <= 0.05 && test.purity > roles.positionPurity,
            },
    };
  });
  return {
    layers,
    heads,
    roles,
    syntax: roles === null ? null : syntaxFinding(heads, roles),
    texts: texts.length,
    points: { text: words.pointText, word: wordPlaces(words.pointText) },
    words: wordsByText(texts, drawn),
    warnings: [...subject.warnings, ...capture.warnings, ...warningsOf(subject, capture, asked, { drawn, roles })],
    provenance: {
      ...subject.provenance,
      libraries: { [capture.runtime.name]: capture.runtime.version },
    },
  };
}

function askedLayers({ found, hidden }: AttentionTensors, { layer }: AttentionParameters): number[] {
  if (found.length === 0) {
    const [first] = hidden;
    throw new Fault(
      'unsupported',
      first === undefined
        ? 'The network has no attention: no product of two computed tensors goes through a Softmax to a product with a third.'
        : `The network computes attention within ${formatQuantity(hidden.length, 'node')} such as ${quoted(first.node)} (${first.op}), which give none of it out.`,
      {
        hint:
          first === undefined
            ? 'Heads are looked at in transformers.'
            : 'Export the network with its attention as outputs (output_attentions), or without fusing it (attn_implementation="eager").',
      },
    );
  }
  if (layer === undefined) return found.map((_, index) => index);
  if (layer < found.length) return [layer];
  throw new Fault('usage', `There is no layer ${layer} of attention: they count from 0 to ${found.length - 1}.`, {
    source: '--layer',
  });
}

function askedHeads(layer: number, heads: number, { head }: AttentionParameters): number[] {
  if (head === undefined) return Array.from({ length: heads }, (_, h) => h);
  if (head < heads) return [head];
  throw new Fault('usage', `Layer ${layer} has no head ${head}: they count from 0 to ${heads - 1}.`, {
    source: '--head',
  });
}

function noneReadable({ attention }: AttentionSubject, { left }: AttentionCapture, asked: readonly number[]): Fault {
  const [first] = left;
  const name = first && attention.found[asked[first.index]!]!.name;
  return new Fault(
    'unsupported',
    `No layer gives attention between the tokens of a text${first === undefined ? '' : `: of ${quoted(name ?? '')}, ${first.reason}`}.`,
  );
}

function mapperOf(
  { nodes, edges, coverage, components, loops, radius }: AttentionHeadOutput,
  { words, names, texts }: Pick<Attended, 'words' | 'names'> & { readonly texts: readonly TextUnits[] },
): AttentionHead['mapper'] {
  const places = wordPlaces(words.pointText);
  const wordOf = (point: number) => texts[words.pointText[point]!]!.words[places[point]!]!;
  const described = nodes.map(({ interval, members }, id): AttentionNode => {
    const roles = words.all === undefined ? [] : Array.from(members, point => names[words.all!.role[point]!]);
    return {
      id,
      interval,
      members,
      colour: Object.fromEntries(counted(roles.filter(role => role !== undefined))),
      position: members.reduce((sum, point) => sum + places[point]!, 0) / members.length,
      words: counted(Array.from(members, wordOf)).slice(0, SHOWN_WORDS),
    };
  });
  return { nodes: described, edges, coverage, components, loops, eps: radius };
}

/** The most frequent first; of as many, by the alphabet. */
function counted(items: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
}

function wordsByText(texts: readonly TextUnits[], drawn: Uint32Array): (readonly string[])[] {
  const words: (readonly string[])[] = texts.map(() => []);
  for (const text of drawn) words[text] = texts[text]!.words;
  return words;
}

function rolesOf(
  { rolesField, texts }: AttentionSubject,
  { words, names, compared, drawn, permutations }: Attended & { readonly drawn: Uint32Array; readonly permutations: number }, // prettier-ignore
): AttentionRoles | null {
  const { all, compared: numbered, pointText } = words;
  if (rolesField === undefined || all === undefined || numbered === undefined) return null;
  const counts = counted(Array.from(all.role, role => names[role]).filter(role => role !== undefined));
  const places = wordPlaces(pointText);
  const purity = (key: (point: number) => number | string) => {
    const lists = new Map<number | string, number[]>();
    pointText.forEach((_, point) => {
      const name = key(point);
      const known = lists.get(name);
      if (known === undefined) lists.set(name, [point]);
      else known.push(point);
    });
    const nodes = flatNodes([...lists.values()].map(list => ({ members: Uint32Array.from(list) })));
    return purityOf(nodes, numbered.role, new Uint32Array(numbered.roles));
  };
  const exchanged = textsOfOneLength(all.start).reduce((sum, group) => sum + group.length, 0);
  return {
    field: rolesField,
    counts: Object.fromEntries(counts),
    compared,
    positionPurity: purity(point => places[point]!),
    wordPurity: purity(point => texts[pointText[point]!]!.words[places[point]!]!.toLowerCase()),
    exchangeable: exchanged / drawn.length,
    permutations,
  };
}

function warningsOf(
  { attention, texts, parameters, rolesField }: AttentionSubject,
  { left }: AttentionCapture,
  asked: readonly number[],
  { drawn, roles }: { readonly drawn: Uint32Array; readonly roles: AttentionRoles | null },
): Warning[] {
  const warnings: Warning[] = left.map(({ index, reason }) => ({
    code: 'left-out',
    message: `The attention of ${quoted(attention.found[asked[index]!]!.name)} is left out: ${reason}.`,
  }));
  const [hidden] = attention.hidden;
  if (hidden !== undefined && attention.found.every(one => one.output === undefined))
    warnings.push({
      code: 'attention-inside',
      message: `${formatQuantity(attention.hidden.length, 'more node')} such as ${quoted(hidden.node)} (${hidden.op}) ${attention.hidden.length === 1 ? 'computes' : 'compute'} attention within and give none of it out: those heads are not seen.`,
    });
  if (texts.length < FEW_TEXTS)
    warnings.push({
      code: 'few-texts',
      message: `${formatQuantity(texts.length, 'text is', 'texts are')} few: what heads do on average is told roughly.`,
    });
  if (drawn.length < texts.length)
    warnings.push({
      code: 'drawn',
      message: `Mapper sees the words of ${formatCount(drawn.length)} of ${formatCount(texts.length)} texts, drawn with the seed, so that there are at most ${formatCount(parameters.points)}.`,
    });
  if (rolesField === undefined)
    warnings.push({
      code: 'no-roles',
      message: 'The texts have no roles of their words, so that purity and the test for syntax are left out.',
    });
  else if (roles !== null && roles.exchangeable < 0.5)
    warnings.push({
      code: 'few-exchanges',
      message: `Only ${Math.round(100 * roles.exchangeable)} % of the texts have as many words as another: the test for syntax sees little.`,
    });
  return warnings;
}
