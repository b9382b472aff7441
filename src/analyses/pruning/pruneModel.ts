import { Fault, type Warning } from '../../base/fault';
import { formatCount, formatPercent, formatQuantity } from '../../base/numbers';
import type { ModelChanges } from '../../models/changes';
import type { Model } from '../../models/model';
import type { PrunableNetwork } from '../../models/units/prunableNetwork';
import type { RowLabels } from '../../probes/accuracy';
import type { UseMoments } from '../../probes/units/unitMoments';
import { nearestNames } from '../../base/nearest';
import type { AnalysisContext, Provenance } from '../analysis';
import {
  PRUNE_METHODS,
  type Latency,
  type LayerPruning,
  type PruneMeasure,
  type PruneMethod,
  type PrunePoint,
  type PruneResult,
} from '../prune';
import { followedChanges, prunedChanges, type Follow } from './prunedWeights';
import { pruneFindings } from './pruneFindings';
import {
  groupFiltrations,
  magnitudeOrder,
  randomOrder,
  removalOf,
  topologyOrder,
  type GroupFiltration,
  type Removal,
  type RemovalOrder,
} from './removalOrder';
import { changeBetween, measureOf, scoreOf, type Answers, type Score } from './score';

export interface PruneParameters {
  readonly method: PruneMethod;
  /** Share of all prunable units; picked where undefined. */
  readonly ratio: number | undefined;
  /** Shares of single layers, by name; they do not count into `ratio`. */
  readonly layerRatios: Readonly<Record<string, number>>;
  readonly refit: boolean;
  readonly curve: boolean;
  /** Whether what can go of each layer by itself is measured. */
  readonly perLayer: boolean;
  /** How much of the measure a picked ratio may cost on the rows it is picked by: 0.005 is half a point. */
  readonly tolerance: number;
  readonly seed: number;
}

export const defaultPruneParameters: PruneParameters = {
  method: 'topology',
  ratio: undefined,
  layerRatios: {},
  refit: true,
  curve: false,
  perLayer: false,
  tolerance: 0.005,
  seed: 0,
};

/** Ratios of the curve. */
export const CURVE_RATIOS: readonly number[] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
/** Of those by which a ratio is picked. */
const PICK_STEP = 0.05;

/** Rows by which a ratio is picked, and rows on which it is reported. */
export type RowPart = 'validation' | 'heldOut';

/** A changed network, opened again from the bytes that would be written. */
export interface PrunedModel {
  readonly model: Model;
  readonly bytes: number;
}

/** What is pruned, and how to run what comes of it. */
export interface PruneSubject {
  readonly whole: PrunedModel;
  readonly network: PrunableNetwork;
  readonly rows: PruneResult['rows'];
  readonly heldOut: PruneResult['heldOut'];
  readonly labels: (part: RowPart) => RowLabels | undefined;
  readonly parameters: PruneParameters;
  readonly warnings: readonly Warning[];
  readonly caveats: readonly string[];
  readonly provenance: Provenance;
  moments(): Promise<readonly UseMoments[]>;
  /** Writes changes in memory and opens what comes of it. */
  pruned(changes: ModelChanges): PrunedModel;
  /** What maps read of one tensor, in the whole network and in one that is changed so; undefined where passes over the rows would take too long. */
  readonly follow: Follow | undefined;
  answers(model: PrunedModel, part: RowPart): Promise<Answers>;
  latency(
    models: readonly PrunedModel[],
  ): Promise<{ readonly times: readonly Latency[]; readonly batch: number; readonly runs: number }>;
}

/** A run as it stands: what was removed, and the network that is left. */
export interface PruneOutcome {
  readonly result: Omit<PruneResult, 'written'>;
  readonly changes: ModelChanges;
}

/**
 * Removes units of a network and measures what that costs. Every number of accuracy is of the network that would be written, opened from its bytes and run. Throws
 * `unsupported` where nothing can go, `usage` for layers that are not there, and what running throws.
 */
export async function pruneModel(
  subject: PruneSubject,
  context: AnalysisContext<PruneOutcome['result']>,
): Promise<PruneOutcome> {
  const run = await PruneRun.start(subject, context);
  return run.finish();
}

class PruneRun {
  private constructor(
    private readonly subject: PruneSubject,
    private readonly context: AnalysisContext<PruneOutcome['result']>,
    private readonly moments: readonly UseMoments[],
    private readonly filtrations: readonly GroupFiltration[],
    private readonly orders: Readonly<Record<PruneMethod, RemovalOrder>>,
    private readonly measure: PruneMeasure,
    private readonly before: Readonly<Record<RowPart, { readonly answers: Answers; readonly score: Score }>>,
  ) {}

  static async start(subject: PruneSubject, context: AnalysisContext<PruneOutcome['result']>): Promise<PruneRun> {
    const { network, whole, parameters } = subject;
    if (network.units === 0) throw nothingToPrune(network);
    const moments = await subject.moments();
    const filtrations = groupFiltrations(network, whole.model, moments, context.cancellation);
    const orders = {
      topology: topologyOrder(filtrations),
      magnitude: magnitudeOrder(network, whole.model),
      random: randomOrder(network, parameters.seed),
    };
    const answer = async (part: RowPart) => {
      const answers = await subject.answers(whole, part);
      return { answers, labels: subject.labels(part) };
    };
    const [validation, heldOut] = [await answer('validation'), await answer('heldOut')];
    const measure = measureOf(heldOut.answers, heldOut.labels);
    const scored = ({ answers, labels }: typeof heldOut) => ({
      answers,
      score: scoreOf(measure, answers, answers, labels, parameters.seed),
    });
    return new PruneRun(subject, context, moments, filtrations, orders, measure, {
      validation: scored(validation),
      heldOut: scored(heldOut),
    });
  }

  async finish(): Promise<PruneOutcome> {
    const { subject, before } = this;
    const { parameters, network, whole } = subject;
    const own = this.ownCounts();
    const picked = parameters.ratio === undefined ? await this.pickRatio(own) : undefined;
    const ratio = parameters.ratio ?? picked!;
    const curve = parameters.curve ? await this.curve() : undefined;
    const layers = parameters.perLayer ? await this.perLayer() : undefined;
    const removal = this.removalAt(parameters.method, ratio, own);
    const changes = await this.changesOf(removal, parameters.method);
    const after = subject.pruned(changes);
    const score = await this.scoreAt(after, 'heldOut');
    this.context.progress(0.97, 'measuring the time of a pass');
    const { times, batch, runs } = await subject.latency([whole, after]);
    const warnings: Warning[] = [...subject.warnings];
    const wanted = Math.round(
      ratio * (network.units - [...own.keys()].reduce((sum, group) => sum + network.groups[group]!.units, 0)),
    );
    const reached = removal.count - [...own.values()].reduce((a, b) => a + b, 0);
    if (reached < wanted)
      warnings.push({
        code: 'ratio-not-reached',
        message: `${formatCount(removal.count)} of ${formatCount(network.units)} units were removed: each group keeps at least one.`,
      });
    const result: PruneOutcome['result'] = {
      method: parameters.method,
      ratio,
      picked: picked === undefined ? null : { tolerance: parameters.tolerance },
      refit: parameters.refit,
      fittedLayerByLayer: parameters.refit && subject.follow !== undefined,
      measure: this.measure,
      rows: subject.rows,
      heldOut: subject.heldOut,
      groups: this.filtrations.map(({ group, bars, folding }) => {
        const costs = new Array<number | null>(group.units).fill(null);
        folding.order.forEach((unit, step) => (costs[unit] = folding.cost[step]!));
        return {
          layers: group.layers,
          units: group.units,
          removed: Array.from({ length: group.units }, (_, i) => i).filter(i => removal.removed[group.from + i] === 1),
          channelsPerUnit: group.channelsPerUnit,
          bars: [...bars],
          costs,
        };
      }),
      leftWhole: network.leftWhole,
      parametersBefore: whole.model.parameters,
      parametersAfter: after.model.parameters,
      bytesBefore: whole.bytes,
      bytesAfter: after.bytes,
      accuracyBefore: before.heldOut.score.value,
      accuracyAfter: score.value,
      accuracyBeforeInterval: [before.heldOut.score.low, before.heldOut.score.high],
      accuracyAfterInterval: [score.low, score.high],
      change: changeBetween(this.measure, before.heldOut.score, score),
      ...(curve === undefined ? {} : { curve }),
      ...(layers === undefined ? {} : { layers }),
      milliseconds: { before: times[0]!, after: times[1]!, batch, runs },
      findings: [],
      caveats: subject.caveats,
      warnings,
      provenance: subject.provenance,
    };
    return { result: { ...result, findings: pruneFindings(result) }, changes };
  }

  /** How many units groups lose that have a ratio of their own. */
  private ownCounts(): ReadonlyMap<number, number> {
    const { parameters, network, whole } = this.subject;
    const counts = new Map<number, number>();
    for (const [layer, ratio] of Object.entries(parameters.layerRatios)) {
      const index = network.groups.findIndex(group => group.layers.includes(layer));
      if (index < 0) throw noSuchLayer(layer, network, whole.model);
      const { units } = network.groups[index]!;
      counts.set(index, Math.min(units - 1, Math.round(ratio * units)));
    }
    return counts;
  }

  private removalAt(method: PruneMethod, ratio: number, own: ReadonlyMap<number, number> = new Map()): Removal {
    const { network } = this.subject;
    const rest = network.groups.reduce((sum, group, index) => sum + (own.has(index) ? 0 : group.units), 0);
    return removalOf(network, this.orders[method], Math.round(ratio * rest), own);
  }

  private async changesOf(removal: Removal, method: PruneMethod): Promise<ModelChanges> {
    const { whole, network, parameters, follow } = this.subject;
    if (parameters.refit && follow !== undefined)
      return followedChanges(whole.model, network, removal, follow, this.context.cancellation);
    return this.quickChangesOf(removal, method);
  }

  /** Without a pass over the rows: all that reads units is fitted to what it reads in the whole network. */
  private quickChangesOf(removal: Removal, method: PruneMethod): ModelChanges {
    const { whole, network, parameters } = this.subject;
    const treatment = parameters.refit ? 'fit' : method === 'topology' ? 'fold' : 'plain';
    return prunedChanges(whole.model, network, this.moments, removal, treatment, this.context.cancellation);
  }

  private async scoreAt(model: PrunedModel, part: RowPart): Promise<Score> {
    const { subject, measure } = this;
    const answers = await subject.answers(model, part);
    return scoreOf(measure, answers, this.before[part].answers, subject.labels(part), subject.parameters.seed);
  }

  private loses(score: Score): boolean {
    return score.value < this.before.validation.score.value - this.subject.parameters.tolerance - 1e-9;
  }

  /** The largest ratio up to which the loss stays within the tolerance on the validation rows. */
  private async pickRatio(own: ReadonlyMap<number, number>): Promise<number> {
    const { method } = this.subject.parameters;
    let best = 0;
    for (let step = 1; step * PICK_STEP < 0.99; step++) {
      const ratio = Math.round(step * PICK_STEP * 100) / 100;
      this.context.cancellation.throwIfCancelled();
      this.context.progress(0.5 + 0.1 * ratio, `trying ${formatPercent(ratio)}`);
      const model = this.subject.pruned(await this.changesOf(this.removalAt(method, ratio, own), method));
      if (this.loses(await this.scoreAt(model, 'validation'))) break;
      best = ratio;
    }
    return best;
  }

  private async curve(): Promise<readonly PrunePoint[]> {
    const { before, subject } = this;
    const points: PrunePoint[] = [];
    const total = PRUNE_METHODS.length * CURVE_RATIOS.length;
    for (const method of PRUNE_METHODS) {
      const { value, low, high } = before.heldOut.score;
      points.push({
        method,
        ratio: 0,
        accuracy: value,
        low,
        high,
        validation: before.validation.score.value,
        parameters: subject.whole.model.parameters,
      });
      for (const ratio of CURVE_RATIOS) {
        this.context.cancellation.throwIfCancelled();
        this.context.progress(0.6 + (0.2 * points.length) / total, `measuring ${method} at ${formatPercent(ratio)}`);
        const model = subject.pruned(await this.changesOf(this.removalAt(method, ratio), method));
        const score = await this.scoreAt(model, 'heldOut');
        points.push({
          method,
          ratio,
          accuracy: score.value,
          low: score.low,
          high: score.high,
          validation: (await this.scoreAt(model, 'validation')).value,
          parameters: model.model.parameters,
        });
      }
    }
    return points;
  }

  /**
   * Each group alone: the most that can go within the tolerance, by halving, and what that costs held out. What can go is looked for with the quick fit; the cost is that of the network
   * that would be written.
   */
  private async perLayer(): Promise<readonly LayerPruning[]> {
    const { subject, before, measure } = this;
    const { network, parameters } = subject;
    const found: LayerPruning[] = [];
    for (const [index, group] of network.groups.entries()) {
      this.context.progress(0.8 + (0.15 * index) / network.groups.length, `measuring ${group.layers[0]!} alone`);
      const { method } = parameters;
      const without = (count: number) => removalOf(network, this.orders[method], 0, new Map([[index, count]]));
      let [low, high] = [0, group.units - 1];
      while (low < high) {
        this.context.cancellation.throwIfCancelled();
        const middle = Math.ceil((low + high) / 2);
        const tried = subject.pruned(this.quickChangesOf(without(middle), method));
        if (this.loses(await this.scoreAt(tried, 'validation'))) high = middle - 1;
        else low = middle;
      }
      const score =
        low === 0
          ? before.heldOut.score
          : await this.scoreAt(subject.pruned(await this.changesOf(without(low), method)), 'heldOut');
      const change = changeBetween(measure, before.heldOut.score, score);
      for (const layer of group.layers) found.push({ layer, group: index, units: group.units, removable: low, change });
    }
    return found;
  }
}

function nothingToPrune({ leftWhole }: PrunableNetwork): Fault {
  const first = leftWhole.filter(({ reason }, i) => leftWhole.findIndex(one => one.reason === reason) === i);
  const reasons = first.slice(0, 3).map(({ layers, reason }) => `${layers[0]!}: ${reason}`);
  return new Fault(
    'unsupported',
    `No units of this network can be removed.${reasons.length > 0 ? ` ${reasons.join(' ')}` : ''}`,
    {
      hint: 'Units between two layers with weights can go; inputs and outputs of the network stay.',
    },
  );
}

function noSuchLayer(layer: string, network: PrunableNetwork, model: Model): Fault {
  const whole = network.leftWhole.find(one => one.layers.includes(layer));
  if (whole !== undefined)
    return new Fault('usage', `The units of ${layer} cannot be removed. ${whole.reason}`, { source: '--layers' });
  const names = network.groups.flatMap(group => group.layers);
  const nearest = nearestNames(layer, names);
  return new Fault(
    'usage',
    `There is no layer ${layer} whose units can be removed${nearest.length > 0 ? `; the nearest are ${nearest.join(', ')}` : ''}.`,
    {
      hint: `Such layers are ${names.slice(0, 12).join(', ')}${names.length > 12 ? `, … (${formatQuantity(model.layers.length, 'layer')} in all)` : ''}.`,
      source: '--layers',
    },
  );
}
