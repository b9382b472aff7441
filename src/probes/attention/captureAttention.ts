import { Cancellation } from '../../base/cancellation';
import { Fault, type Warning } from '../../base/fault';
import { formatBytes, formatCount } from '../../base/numbers';
import { noProgress, type Progress } from '../../base/progress';
import type { Model } from '../../models/model';
import { product } from '../fitInput';
import type { InputRows } from '../inputRows';
import { loadNetwork, type FetchedTensor, type Network, type NetworkSession } from '../network';
import { networkInputs, type NetworkInputs } from '../networkInputs';
import type { RuntimeName, RuntimeOptions } from '../runtime';
import type { FoundAttention } from './findAttention';

/** The attention of one layer in all texts. */
export interface LayerAttention {
  /** Place among the tensors that were asked for. */
  readonly index: number;
  readonly heads: number;
  /** Text t has T = `tokens[t]` tokens; what its head h gives from token i to j is at heads·`start[t]` + h·T² + i·T + j. Padding is left out. */
  readonly values: Float32Array<SharedArrayBuffer>;
  readonly tokens: Uint32Array;
  /** Σ T² over the texts before. */
  readonly start: Float64Array;
}

export interface AttentionCaptureOptions {
  readonly runtime: RuntimeOptions;
  /** Of all layers that are held at a time: networks run again for those that do not fit. 512 MB unless given. */
  readonly memoryBytes?: number | undefined;
  /** Texts, ascending; all where undefined. */
  readonly rows?: Uint32Array | undefined;
  readonly otherInputs?: Readonly<Record<string, InputRows>> | undefined;
  readonly cancellation?: Cancellation | undefined;
  readonly progress?: Progress | undefined;
  /** Called with each layer in the order of the tensors; its values are no longer needed when the promise is kept. */
  readonly onLayer: (layer: LayerAttention) => Promise<void>;
}

export interface AttentionCapture {
  /** What was done to the rows to fit the input. */
  readonly treatment: string;
  /** Of a tensor that was asked for and is no attention of a text's tokens to each other: why. */
  readonly left: readonly { readonly index: number; readonly reason: string }[];
  readonly warnings: readonly Warning[];
  readonly runtime: RuntimeName;
}

const MEMORY_BYTES = 512 * 2 ** 20;
/** Of one tensor of a batch. */
const BATCH_BYTES = 32 * 2 ** 20;
const MOST_ROWS = 64;
/** Shares of a token's attention add up to 1, in any precision that networks compute in. */
const TOLERANCE = 0.02;

/**
 * Runs a network over texts and gives out what its heads attend to, layer by layer. Texts of one length are run together, so that nothing is padded where the
 * network takes texts of any length. Throws `empty`, `shape-mismatch`, `unsupported`, `too-large`, `not-finite`, `cancelled`.
 */
export async function captureAttention(
  given: Model,
  data: InputRows,
  tensors: readonly FoundAttention[],
  options: AttentionCaptureOptions,
): Promise<AttentionCapture> {
  const { lengths } = data;
  if (lengths === undefined)
    throw new Fault('usage', 'Attention is of the tokens of texts, and these rows are no texts.', {
      hint: 'Give sentences: .jsonl with a field "text" or "input_ids", or a .txt with one a line.',
      ...(data.name === undefined ? {} : { source: data.name }),
    });
  const model = given.forRows?.(data.rowShape) ?? given;
  const network = await loadNetwork(model, options.runtime);
  const rows = options.rows ?? Uint32Array.from({ length: data.rows }, (_, row) => row);
  if (rows.length === 0) throw new Fault('empty', 'There is no text.', data.name === undefined ? {} : { source: data.name }); // prettier-ignore
  const run = new AttentionRun(model, network, data, lengths, rows, tensors, options);
  const { heads, left, treatment } = await run.look();
  const readable = tensors.flatMap((_, index) => (heads[index] === undefined ? [] : [index]));
  const groups = run.groups(readable, heads);
  for (const [at, group] of groups.entries())
    for (const layer of await run.layers(group, heads, at / groups.length, (at + 1) / groups.length))
      await options.onLayer(layer);
  return { treatment, left, warnings: network.warnings ?? [], runtime: network.runtime };
}

class AttentionRun {
  private readonly cancellation: Cancellation;
  private readonly tokens: Uint32Array;
  private readonly start: Float64Array;
  /** Σ T² over all texts. */
  private readonly size: number;

  constructor(
    private readonly model: Model,
    private readonly network: Network,
    private readonly data: InputRows,
    private readonly lengths: Uint32Array,
    private readonly rows: Uint32Array,
    private readonly tensors: readonly FoundAttention[],
    private readonly options: AttentionCaptureOptions,
  ) {
    this.cancellation = options.cancellation ?? Cancellation.never;
    this.tokens = rows.map(row => lengths[row]!);
    this.start = new Float64Array(rows.length);
    let size = 0;
    this.tokens.forEach((count, text) => {
      this.start[text] = size;
      size += count ** 2;
    });
    this.size = size;
  }

  /** Runs the longest text alone, to see how many heads there are, and which tensors are none. */
  async look() {
    const longest = this.rows.reduce((best, row) => (this.lengths[row]! > this.lengths[best]! ? row : best), this.rows[0]!); // prettier-ignore
    const session = await this.network.open(this.tensors.map(one => one.tensor));
    try {
      const inputs = this.inputs(session);
      const { found, count } = await this.run(session, inputs, Uint32Array.of(longest), this.tensors);
      const heads: (number | undefined)[] = [];
      const left: { readonly index: number; readonly reason: string }[] = [];
      this.tensors.forEach(({ tensor }, index) => {
        const looked = headsOf(found[tensor]!, count, this.lengths[longest]!);
        if (typeof looked === 'number') heads[index] = looked;
        else left.push({ index, reason: looked });
      });
      return { heads, left, treatment: inputs.treatment };
    } finally {
      await session.dispose();
    }
  }

  /** As many layers at a time as may be held. Throws `too-large` where that is none. */
  groups(readable: readonly number[], heads: readonly (number | undefined)[]): number[][] {
    const limit = this.options.memoryBytes ?? MEMORY_BYTES;
    const groups: number[][] = [];
    let room = 0;
    for (const index of readable) {
      const bytes = 4 * heads[index]! * this.size;
      if (bytes > Math.max(limit, MEMORY_BYTES))
        throw new Fault(
          'too-large',
          `The attention of ${formatCount(heads[index])} heads in ${formatCount(this.rows.length)} texts takes ${formatBytes(bytes)} a layer, more than the ${formatBytes(limit)} allowed.`,
          { hint: `About ${formatCount(Math.floor((this.rows.length * limit) / bytes))} of these texts would fit.` },
        );
      if (groups.length === 0 || bytes > room) {
        groups.push([]);
        room = limit;
      }
      groups.at(-1)!.push(index);
      room -= bytes;
    }
    return groups;
  }

  async layers(group: readonly number[], heads: readonly (number | undefined)[], from: number, to: number) {
    const progress = this.options.progress ?? noProgress;
    const asked = group.map(index => this.tensors[index]!);
    const layers = group.map((index): LayerAttention => ({
      index,
      heads: heads[index]!,
      values: new Float32Array(new SharedArrayBuffer(4 * heads[index]! * this.size)),
      tokens: this.tokens,
      start: this.start,
    }));
    const session = await this.network.open(asked.map(one => one.tensor));
    try {
      const inputs = this.inputs(session);
      let done = 0;
      for (const texts of this.batches(inputs, Math.max(...layers.map(layer => layer.heads)))) {
        this.cancellation.throwIfCancelled();
        const { found, count } = await this.run(session, inputs, texts.map(text => this.rows[text]!), asked); // prettier-ignore
        for (const layer of layers) this.keep(layer, found[this.tensors[layer.index]!.tensor]!, texts, count);
        done += texts.length;
        progress(
          from + ((to - from) * done) / this.rows.length,
          `running the network, ${formatCount(done)} of ${formatCount(this.rows.length)} texts`,
        );
      }
    } finally {
      await session.dispose();
    }
    return layers;
  }

  private inputs(session: NetworkSession): NetworkInputs {
    return networkInputs(this.network, this.model, session.inputs, this.data, this.options.otherInputs ?? {});
  }

  /** Texts by their length, then their order, together as long as they are of one length, or padded anyway. */
  private *batches({ batch, lengthOf }: NetworkInputs, heads: number): Generator<Uint32Array> {
    const order = Uint32Array.from(this.rows.keys());
    if (lengthOf !== undefined) order.sort((a, b) => this.tokens[a]! - this.tokens[b]! || a - b);
    for (let from = 0; from < order.length;) {
      const length = this.tokens[order[from]!]!;
      const width = lengthOf === undefined ? this.data.rowShape[0]! : length;
      const most = batch === 'none' ? 1 : batch === 'free' ? Math.max(1, Math.min(MOST_ROWS, Math.floor(BATCH_BYTES / (4 * heads * width ** 2)))) : batch; // prettier-ignore
      let to = from + 1;
      while (to < order.length && to - from < most && (lengthOf === undefined || this.tokens[order[to]!] === length)) to++; // prettier-ignore
      yield order.subarray(from, to);
      from = to;
    }
  }

  private async run(
    session: NetworkSession,
    inputs: NetworkInputs,
    rows: Uint32Array,
    asked: readonly FoundAttention[],
  ): Promise<{ readonly found: Readonly<Record<string, FetchedTensor>>; readonly count: number }> {
    const count = typeof inputs.batch === 'number' ? inputs.batch : rows.length;
    const feeds = inputs.feeds(rows, count, inputs.lengthOf?.(rows));
    return { found: await session.run(feeds, [...new Set(asked.map(one => one.tensor))]), count };
  }

  private keep(
    { heads, values, index }: LayerAttention,
    tensor: FetchedTensor,
    texts: Uint32Array,
    count: number,
  ): void {
    const length = tensor.dims.at(-1)!;
    const data = tensor.values!;
    if (tensor.dims.at(-2) !== length || product(tensor.dims) !== count * heads * length ** 2)
      throw new Fault('unsupported', `The attention of ${this.tensors[index]!.name} changes its shape from text to text (${tensor.dims.join(' × ')}).`); // prettier-ignore
    texts.forEach((text, place) => {
      const own = this.tokens[text]!;
      for (let h = 0; h < heads; h++)
        for (let i = 0; i < own; i++) {
          const at = heads * this.start[text]! + h * own ** 2 + i * own;
          const from = ((place * heads + h) * length + i) * length;
          for (let j = 0; j < own; j++) {
            const share = data[from + j]!;
            if (!Number.isFinite(share))
              throw new Fault('not-finite', `The attention of ${this.tensors[index]!.name} is ${share} in text ${this.rows[text]!}.`); // prettier-ignore
            values[at + j] = share;
          }
        }
    });
  }
}

/** The number of heads of a tensor of one batch, or why it is no attention between the tokens of a text. */
function headsOf({ dims, values }: FetchedTensor, count: number, tokens: number): number | string {
  const length = dims.at(-1);
  const shape = dims.join(' × ');
  if (values === undefined || dims.length < 3 || length === undefined) return `it has the shape ${shape}`;
  if (dims.at(-2) !== length || length < tokens)
    return `it is not between the tokens of one text: its shape is ${shape}, and the text has ${formatCount(tokens)}`;
  const heads = product(dims) / length ** 2 / count;
  if (!Number.isInteger(heads) || heads < 1) return `it has the shape ${shape}`;
  for (let h = 0; h < heads; h++)
    for (let i = 0; i < tokens; i++) {
      let sum = 0;
      for (let j = 0; j < length; j++) sum += values[(h * length + i) * length + j]!;
      if (!(Math.abs(sum - 1) <= TOLERANCE)) return `its rows do not add up to 1, but to ${sum.toPrecision(3)}`;
    }
  return heads;
}
