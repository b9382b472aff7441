import path from 'node:path';
import type { Latency } from '../analyses/prune';
import {
  defaultPruneParameters,
  type PrunedModel,
  type PruneParameters,
  type PruneSubject,
  type RowPart,
} from '../analyses/pruning/pruneModel';
import { Fault } from '../base/fault';
import type { DisposableStore } from '../base/lifecycle';
import { subProgress } from '../base/progress';
import { Random } from '../base/random';
import type { ByteSource } from '../base/bytes';
import type { ModelChanges } from '../models/changes';
import { openModel, writeModel } from '../models/formats';
import type { Model } from '../models/model';
import { networkUnits } from '../models/units/networkUnits';
import type { PrunableNetwork } from '../models/units/prunableNetwork';
import type { RowLabels } from '../probes/accuracy';
import type { InputRows } from '../probes/inputRows';
import { loadNetwork } from '../probes/network';
import { networkAnswers } from '../probes/networkAnswers';
import { networkInputs } from '../probes/networkInputs';
import { subsetRows } from '../probes/subsetRows';
import { followedMoments } from '../probes/units/followedMoments';
import { unitMoments } from '../probes/units/unitMoments';
import { orderStatistic } from '../topology/quantile';
import { dataProvenance } from './dataProvenance';
import { dataTarget } from './dataTarget';
import { openDataFile, type OpenData } from './openFiles';
import { memoryLimit } from './memoryLimit';
import { modelHash, openModelFile, type OpenModel } from './openModelFile';
import type { OperationContext } from './operationContext';
import { openOtherInputs, otherReferences } from './otherInputs';
import type { PruneInput } from './pruneTypes';
import { VERSION } from './version';

/** Shares of the data: what is held out where no such data is given, and what a ratio is picked by. */
const HELD_OUT = 0.25;
const VALIDATION = 0.2;
const LATENCY_RUNS = 25;
const LATENCY_ROWS = 64;

/** A part of the rows with what else the network is given for them, and their classes. */
interface Part {
  readonly rows: InputRows;
  readonly others: Readonly<Record<string, InputRows>>;
  readonly labels: RowLabels | undefined;
}

/** Opens what is pruned, with its rows in three parts. Throws what opening files throws. */
export function pruneSubject(
  input: PruneInput,
  context: OperationContext<never>,
  store: DisposableStore,
): PruneSubject & { readonly opened: OpenModel } {
  const parameters: PruneParameters = { ...defaultPruneParameters, ...input.parameters };
  const opened = openModelFile(input.model, store, input.answer);
  const { model } = opened;
  if (model.missing !== undefined) throw model.missing.fault.at(input.model);
  const network = networkUnits(model);
  const data = openPart(input, opened, input.data, input.labels, context, store);
  const holdout =
    input.holdout === undefined
      ? undefined
      : openPart(input, opened, input.holdout, input.holdoutLabels, context, store);
  if (holdout !== undefined && (data.part.labels === undefined) !== (holdout.part.labels === undefined))
    throw new Fault('usage', 'Only one of the data and the held-out data has labels.', {
      hint: 'Give labels of both with --labels and --holdout-labels, or of neither.',
      source: data.part.labels === undefined ? '--labels' : '--holdout-labels',
    });
  const parts = splitRows(data.part, holdout?.part, parameters.seed);
  const runtime = { folder: path.dirname(context.runtimePath), acceleratorFolders: context.acceleratorFolders };
  const running = { runtime, cancellation: context.cancellation };
  const sizes = { fit: parts.fit.rows.rows, validation: parts.validation.rows.rows, heldOut: parts.heldOut.rows.rows };
  const partOf = (part: RowPart) => (part === 'heldOut' ? parts.heldOut : parts.validation);
  const bytesOf = (content: ByteSource, beside: Iterable<ByteSource>) =>
    [...beside].reduce((sum, one) => sum + one.size, content.size);
  const pruned = (changes: ModelChanges): PrunedModel => {
    const { content, beside } = writeModel(opened.source, opened.siblings, changes);
    const siblings = {
      open(name: string) {
        const found = beside.get(name);
        return found ?? opened.siblings.open(name);
      },
    };
    return { model: openModel(content, siblings, input.answer), bytes: bytesOf(content, beside.values()) };
  };
  const followed = operationsOfFollowing(model, network, sizes.fit) <= MOST_FOLLOWED;
  return {
    opened,
    whole: { model, bytes: bytesOf(opened.source, opened.siblings.sources) },
    network,
    rows: sizes,
    heldOut: holdout === undefined ? 'split' : 'given',
    labels: part => partOf(part).labels,
    parameters,
    caveats: [
      ...(model.assumption === undefined ? [] : [model.assumption.sentence]),
      ...(model.assumption?.layerList === undefined
        ? []
        : [`The smaller file needs the list of layers beside it, as this one has it: ${model.assumption.layerList}.`]),
      ...(!followed && parameters.refit
        ? [
            'All layers were fitted at once, to what they read in the whole network: one after the other would take long here.',
          ]
        : []),
      ...caveatsOf(sizes, holdout === undefined, data.part.labels !== undefined),
    ],
    warnings: [...model.warnings, ...data.opened.data.warnings, ...(holdout?.opened.data.warnings ?? [])],
    provenance: {
      version: VERSION,
      model: { name: input.model, sha256: modelHash(opened, context.cancellation) },
      ...dataProvenance(data.opened),
      ...(holdout === undefined
        ? {}
        : {
            files: [
              { name: holdout.opened.data.name, sha256: holdout.opened.sha256 },
              ...(holdout.opened.labels === undefined
                ? []
                : [{ name: holdout.opened.labels.labels.name, sha256: holdout.opened.labels.sha256 }]),
            ],
          }),
      parameters: {
        method: parameters.method,
        ratio: parameters.ratio ?? null,
        layers: Object.entries(parameters.layerRatios).map(([layer, ratio]) => `${layer}=${ratio}`),
        refit: parameters.refit,
        tolerance: parameters.tolerance,
      },
      seed: parameters.seed,
    },
    moments: () =>
      unitMoments(model, parts.fit.rows, network.uses, {
        ...running,
        rows: Uint32Array.from({ length: sizes.fit }, (_, i) => i),
        seed: parameters.seed,
        memoryLimitBytes: memoryLimit(),
        otherInputs: parts.fit.others,
        progress: subProgress(context.progress, 0, 0.4),
      }),
    pruned,
    follow: followed
      ? (changes, uses) =>
          followedMoments(model, pruned(changes).model, uses, parts.fit.rows, {
            ...running,
            rows: Uint32Array.from({ length: sizes.fit }, (_, i) => i),
            seed: parameters.seed,
            otherInputs: parts.fit.others,
          })
      : undefined,
    answers: (pruned, part) => {
      const { rows, others } = partOf(part);
      return networkAnswers(pruned.model, rows, { ...running, otherInputs: others, seed: parameters.seed });
    },
    latency: models => latencyOf(models, parts.heldOut, runtime, context),
  };
}

/**
 * Multiplications of fitting a network layer by layer: both networks are run over the rows for each tensor that is read. Where it would be more than some tens of seconds for each
 * network of a curve, it is not done. Of what the network says of itself, so that the same call does the same on every machine.
 */
const MOST_FOLLOWED = 5e11;

function operationsOfFollowing(model: Model, { uses }: PrunableNetwork, rows: number): number {
  const passes = new Set(uses.map(use => use.input)).size;
  const pass = model.layers.reduce((sum, { parameters, outputShape, channelAxis }) => {
    const positions = (outputShape ?? [])
      .filter((_, axis) => axis > 0 && axis !== channelAxis)
      .reduce<number>((product, dim) => product * (typeof dim === 'number' ? dim : 1), 1);
    return sum + parameters * positions;
  }, 0);
  return 2 * passes * rows * pass;
}

function openPart(
  input: PruneInput,
  opened: OpenModel,
  data: string,
  labels: string | undefined,
  context: OperationContext<never>,
  store: DisposableStore,
): { readonly part: Part; readonly opened: OpenData } {
  const references = otherReferences(opened, data, input.inputs, store);
  const target = dataTarget(opened, { given: [...references.keys()] });
  const found = openDataFile(data, labels, input, store, context, target);
  const others = openOtherInputs(opened, references, input, store, context);
  return {
    part: {
      rows: found.data,
      others: Object.fromEntries([...others].map(([name, one]) => [name, one.data])),
      labels: found.labels?.labels,
    },
    opened: found,
  };
}

/** Rows to fit to, to pick by, and held out: drawn with the seed, without any in two parts. */
function splitRows(
  data: Part,
  holdout: Part | undefined,
  seed: number,
): { readonly fit: Part; readonly validation: Part; readonly heldOut: Part } {
  const count = data.rows.rows;
  const order = new Random(seed, 'held-out rows').permutation(count);
  const heldOut = holdout === undefined ? Math.min(count - 1, Math.max(1, Math.round(HELD_OUT * count))) : 0;
  const validation = Math.min(count - heldOut - 1, Math.max(1, Math.round(VALIDATION * (count - heldOut))));
  if (count < 3)
    throw new Fault(
      'empty',
      `${count} rows are too few: some are fitted to, some are picked by, and some are held out.`,
      {
        ...(data.rows.name === undefined ? {} : { source: data.rows.name }),
      },
    );
  const part = (from: number, to: number) => subset(data, order.slice(from, to).sort());
  return {
    heldOut: holdout ?? part(0, heldOut),
    validation: part(heldOut, heldOut + validation),
    fit: part(heldOut + validation, count),
  };
}

function subset({ rows, others, labels }: Part, chosen: Uint32Array): Part {
  return {
    rows: subsetRows(rows, chosen),
    others: Object.fromEntries(Object.entries(others).map(([name, one]) => [name, subsetRows(one, chosen)])),
    labels: labels && { ...labels, values: Int32Array.from(chosen, row => labels.values[row]!) },
  };
}

function caveatsOf(sizes: PruneSubject['rows'], split: boolean, labelled: boolean): readonly string[] {
  return [
    ...(split
      ? [`No held-out data was given: ${sizes.heldOut} rows, drawn with the seed, were set aside for it.`]
      : []),
    ...(labelled
      ? []
      : ['Without labels, what is measured is how far the answers remain those of the whole network, right or wrong.']),
    ...(sizes.heldOut < 200
      ? [`${sizes.heldOut} held-out rows tell shares apart only roughly: see the intervals.`]
      : []),
  ];
}

/** Times networks in turn on the same batch, so that what else the machine does meets all of them. */
async function latencyOf(
  models: readonly PrunedModel[],
  { rows, others }: Part,
  runtime: { readonly folder: string; readonly acceleratorFolders?: readonly string[] | undefined },
  context: OperationContext<never>,
): Promise<{ readonly times: readonly Latency[]; readonly batch: number; readonly runs: number }> {
  const passes: {
    run(): Promise<unknown>;
    dispose(): Promise<void>;
    readonly batch: number;
    readonly times: number[];
  }[] = [];
  try {
    for (const { model } of models) {
      const network = await loadNetwork(model, runtime);
      const tensor = network.classOutput?.tensor ?? model.layers.at(-1)!.output;
      const session = await network.open([tensor]);
      const inputs = networkInputs(network, model, session.inputs, rows, others);
      const batch =
        inputs.batch === 'none'
          ? 1
          : typeof inputs.batch === 'number'
            ? inputs.batch
            : Math.min(rows.rows, LATENCY_ROWS);
      const feeds = inputs.feeds(
        Uint32Array.from({ length: Math.min(batch, rows.rows) }, (_, i) => i),
        batch,
      );
      passes.push({ batch, times: [], run: () => session.run(feeds, [tensor]), dispose: () => session.dispose() });
    }
    // The first runs prepare what the later ones use.
    for (let run = -3; run < LATENCY_RUNS; run++)
      for (const pass of passes) {
        context.cancellation.throwIfCancelled();
        const from = performance.now();
        await pass.run();
        if (run >= 0) pass.times.push(performance.now() - from);
      }
    const times = passes.map(({ times }) => ({
      median: orderStatistic(times, 0.5),
      low: orderStatistic(times, 0.25),
      high: orderStatistic(times, 0.75),
    }));
    return { times, batch: passes[0]?.batch ?? 0, runs: LATENCY_RUNS };
  } finally {
    for (const pass of passes) await pass.dispose();
  }
}
