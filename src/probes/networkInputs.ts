import { Fault } from '../base/fault';
import { formatCount, formatQuantity } from '../base/numbers';
import type { Model, TensorInfo } from '../models/model';
import { Feed, feedTensor } from './feeds';
import { fitInput, product, type InputFit } from './fitInput';
import { following, mainInput } from './followingInputs';
import type { InputRows } from './inputRows';
import type { FeedTensor, Network } from './network';

/** All inputs of a network, batch by batch. */
export interface NetworkInputs {
  readonly batch: InputFit['batch'];
  /** What was done to the data and to inputs that were not given, as a sentence part. */
  readonly treatment: string;
  /** Of padded texts that a network takes at any length: how long the longest of some rows is; `undefined` for all other data. */
  readonly lengthOf: ((rows: Uint32Array) => number) | undefined;
  /** Whether the network is told which tokens are padding. */
  readonly hasMask: boolean;
  /** `length` cuts texts to so many tokens. */
  feeds(rows: Uint32Array, batch: number, length?: number): Readonly<Record<string, FeedTensor>>;
}

/**
 * Fits data to a network's inputs: the data set to the first input that needs values, `others` to those of their names, and
 * masks, segments and positions to what a plain sequence has. Throws `shape-mismatch`, `unsupported`.
 */
export function networkInputs(
  network: Network,
  model: Model,
  needed: readonly string[],
  data: InputRows,
  others: Readonly<Record<string, InputRows>>,
): NetworkInputs {
  const inputs = model.inputs.filter(input => needed.includes(input.name));
  const open = inputs.filter(input => others[input.name] === undefined);
  const main = mainInput(open);
  if (main === undefined)
    throw new Fault('unsupported', 'The network has no input that rows of data could be given to.');

  const treatments: string[] = [];
  const makers: { readonly name: string; make(rows: Uint32Array, batch: number, length?: number): FeedTensor }[] = [];
  let batch: InputFit['batch'] = 'free';
  // Sizes of the named free dimensions, so that an input that follows has the data's length.
  const sizes = new Map<string, number>();
  const give = (input: TensorInfo, rows: InputRows) => {
    const fit = fitInput(rows.rowShape, input, rows.name);
    const feed = new Feed(input, rows, fit);
    if (fit.batch !== 'free') batch = fit.batch;
    network.dims(input.name)?.forEach((dim, axis) => {
      const size = fit.rowShape[fit.batch === 'none' ? axis : axis - 1];
      if (typeof dim === 'string' && size !== undefined) sizes.set(dim, size);
    });
    makers.push({
      name: input.name,
      make: (chosen, count, length) => feed.tensor(chosen, count, input === main ? length : undefined),
    });
    treatments.push(input === main ? fit.treatment : `${input.name} ${fit.treatment}`);
  };

  give(main, data);
  const mainShape = fitInput(data.rowShape, main, data.name).rowShape;
  const tokens = network.dims(main.name)?.[1];
  const { lengths } = data;
  const isTrimmed =
    lengths !== undefined &&
    mainShape.length === 1 &&
    (batch as InputFit['batch']) !== 'none' &&
    typeof tokens !== 'number' &&
    Object.keys(others).length === 0;
  for (const input of inputs) {
    if (input === main) continue;
    const given = others[input.name];
    if (given !== undefined) {
      if (given.rows !== data.rows) {
        throw new Fault(
          'shape-mismatch',
          `Input "${input.name}" is given ${formatQuantity(given.rows, 'row')}, but the data has ${formatCount(data.rows)}.`,
        );
      }
      give(input, given);
      continue;
    }
    const rule = following(input);
    const dims = network.dims(input.name);
    const named = dims
      ?.slice(1)
      .map(dim => (typeof dim === 'number' ? dim : dim === null ? undefined : sizes.get(dim)));
    // Where its free dimensions have no names, one of as many axes is as large as the data's.
    const rowShape =
      named?.every(size => size !== undefined) === true
        ? named
        : dims?.length === mainShape.length + 1
          ? mainShape
          : undefined;
    if (rule === undefined || rowShape === undefined) {
      throw new Fault(
        'unsupported',
        `The network has ${inputs.length} inputs, and nothing is given for "${input.name}".`,
        {
          hint: `Name its rows with --input ${input.name}=DATA; only masks, segments and positions are made.`,
        },
      );
    }
    makers.push({
      name: input.name,
      make: (rows, count, length) => {
        const isNamed = named?.every(size => size !== undefined) === true;
        const shape =
          length === undefined
            ? rowShape
            : rowShape.map((size, axis) => ((isNamed ? dims![axis + 1] === tokens : axis === 0) ? length : size));
        const width = product(shape);
        const values = new Float64Array(count * width);
        for (let i = 0; i < count; i++) {
          const own = lengths?.[rows[i < rows.length ? i : 0]!] ?? Infinity;
          // A mask of shape [1, 1, T] counts positions along its last axis.
          for (let k = 0; k < width; k++) values[i * width + k] = rule.value(k % (shape.at(-1) ?? 1), own);
        }
        return feedTensor(input, values, [count, ...shape]);
      },
    });
    treatments.push(
      `${input.name} ${data.lengths === undefined && rule.words.startsWith('ones') ? 'all ones' : rule.words}`,
    );
  }
  return {
    batch,
    treatment: [...treatments, ...(isTrimmed ? ['each batch as long as its longest text'] : [])].join(', '),
    lengthOf: isTrimmed ? rows => rows.reduce((longest, row) => Math.max(longest, lengths[row]!), 1) : undefined,
    hasMask: inputs.some(input => /mask/i.test(input.name)),
    feeds: (rows, count, length) =>
      Object.fromEntries(makers.map(maker => [maker.name, maker.make(rows, count, length)])),
  };
}
