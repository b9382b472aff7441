import { pairedChange } from '../analyses/pairedShares';
import type { Ablation, RedundancyParameters, RemovalCandidate } from '../analyses/redundancy';
import type { AblationRunner } from '../analyses/redundancyOfLayers';
import type { Siblings } from '../base/bytes';
import { Fault } from '../base/fault';
import { formatCount } from '../base/numbers';
import { Random } from '../base/random';
import type { Labels } from '../data/dataSet';
import type { ModelChanges, WrittenModel } from '../models/changes';
import { openModel, writeModel } from '../models/formats';
import { INPUT_OP, inputLayer } from '../models/inputLayer';
import type { Model } from '../models/model';
import {
  mapBetween,
  refuseMap,
  removalChanges,
  writableModel,
  type Removal,
  type WritableModel,
} from '../models/removal';
import { outputOfClass, predictedClasses, wilson } from '../probes/accuracy';
import type { Capture } from '../probes/capture';
import { fitLinearMap } from '../probes/fitLinearMap';
import { captureRows } from './captureRows';
import type { OpenNetwork } from './inspectSource';
import type { OpenModel } from './openModelFile';
import type { OperationContext } from './operationContext';
import { rowsOfInputs } from './otherInputs';
import type { NetworkAnswers } from './redundancyTypes';

/** Rows that linear maps are fitted on, at most; as many are left to measure on. */
const MOST_FITTED_ROWS = 4096;
const MOST_FITTED_VALUES = 1 << 26;
const FEWEST_ROWS = 20;

/** A network with some of it taken out, not yet on the disk. */
export interface ChangedNetwork {
  readonly model: Model;
  readonly written: WrittenModel;
}

/**
 * Takes parts out of a network, in the very bytes that would be written, and runs what is left on the data. Linear maps are fitted on one half of the rows, drawn with the seed, and
 * measured on the other; a bypass, which has nothing to fit, is measured on all.
 */
export class Ablations implements AblationRunner {
  private known: Promise<NetworkAnswers> | undefined;
  private readonly heldIn: Uint32Array;
  private readonly isHeldIn: Uint8Array;

  constructor(
    private readonly network: OpenNetwork,
    private readonly labels: Labels | undefined,
    private readonly parameters: Pick<RedundancyParameters, 'seed'>,
    private readonly context: OperationContext<never>,
    baseline?: NetworkAnswers,
  ) {
    if (baseline !== undefined) this.known = Promise.resolve(baseline);
    const { rows } = network.rows;
    this.heldIn = new Random(parameters.seed, 'held-in rows').sample(rows, Math.floor(rows / 2));
    this.isHeldIn = new Uint8Array(rows);
    for (const row of this.heldIn) this.isHeldIn[row] = 1;
  }

  get refusal(): string | undefined {
    const { opened, data } = this.network;
    if (data === undefined) return 'Without data nothing can be measured: what random input costs says nothing.';
    try {
      writableModel(opened.model, opened.source, opened.siblings);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      return error.hint === undefined ? error.message : `${error.message} ${error.hint}`;
    }
    if (opened.model.unsupported.length > 0) return 'The network has an operator that no runtime here knows.';
    return undefined;
  }

  measure(candidates: readonly RemovalCandidate[]): readonly Promise<Ablation>[] {
    let before: Promise<unknown> = Promise.resolve();
    return candidates.map(candidate => {
      // One after the other: each may take as much memory as there is.
      const running = before.then(() => this.measureOne(candidate));
      before = running.catch(() => {});
      return running;
    });
  }

  /** What the network answers as it is. */
  baseline(): Promise<NetworkAnswers> {
    return (this.known ??= this.answers(this.network.opened.model));
  }

  private async measureOne(candidate: RemovalCandidate): Promise<Ablation> {
    this.context.cancellation.throwIfCancelled();
    const { changed, fittedRows } = await this.remove(candidate);
    return this.compare(changed, candidate.replacement, fittedRows);
  }

  /** What a changed network answers, beside the network as it is. */
  async compare(
    changed: ChangedNetwork,
    replacement: Ablation['replacement'],
    fittedRows: number | undefined,
  ): Promise<Ablation> {
    const before = await this.baseline();
    const after = await this.answers(changed.model);
    const heldOut = fittedRows !== undefined;
    let [rows, same, rightBefore, rightAfter, gained, lost] = [0, 0, 0, 0, 0, 0];
    before.classes.forEach((value, row) => {
      if (heldOut && this.isHeldIn[row] === 1) return;
      rows++;
      if (after.classes[row] === value) same++;
      const [was, is] = [before.right?.[row] === 1, after.right?.[row] === 1];
      if (was) rightBefore++;
      if (is) rightAfter++;
      if (is && !was) gained++;
      if (was && !is) lost++;
    });
    return {
      replacement,
      rows,
      fittedRows,
      accuracy:
        before.right === undefined
          ? undefined
          : {
              before: wilson(rightBefore, rows),
              after: wilson(rightAfter, rows),
              change: pairedChange(gained, lost, rows),
            },
      agreement: wilson(same, rows),
      parametersBefore: this.network.opened.model.parameters,
      parametersAfter: changed.model.parameters,
    };
  }

  /** The network without a part, of the network as it is or of one that was changed before. */
  async remove(
    candidate: RemovalCandidate,
    from: OpenNetwork['opened'] | ChangedNetwork = this.network.opened,
  ): Promise<{
    readonly changed: ChangedNetwork;
    readonly changes: ModelChanges;
    readonly of: WritableModel;
    readonly fittedRows: number | undefined;
  }> {
    const { model } = from;
    const of =
      'written' in from
        ? {
            source: from.written.content,
            siblings: besides(from.written, this.network.opened.siblings),
            writtenAs: undefined,
          }
        : writableModel(model, from.source, from.siblings);
    const removal = removalOf(model, candidate);
    const fitted = candidate.replacement === 'linear' ? await this.fit(model, removal) : undefined;
    const changes = removalChanges(model, removal, fitted?.map);
    const written = writeModel(of.source, of.siblings, changes);
    const changed = { written, model: openModel(written.content, besides(written, of.siblings)) };
    return { changed, changes, of, fittedRows: fitted?.rows };
  }

  private async fit(model: Model, removal: Removal) {
    const { entry, exit } = removal;
    const shape = mapBetween(entry, exit);
    refuseMap(model, removal, shape.form);
    const numbers = (shape.inputs + 1) * shape.outputs;
    const held = removal.layers.reduce((sum, layer) => sum + layer.parameters, 0);
    if (numbers >= held)
      throw new Fault(
        'unsupported',
        `A linear map in its place would hold ${formatCount(numbers)} numbers, no fewer than the ${formatCount(held)} that it has.`,
      );
    if (this.heldIn.length < FEWEST_ROWS)
      throw new Fault(
        'unsupported',
        `${formatCount(this.network.rows.rows)} rows are too few to fit a linear map on half of them.`,
      );
    const values = [entry, exit].map(layer =>
      (layer.outputShape ?? []).slice(1).reduce<number>((product, size) => product * (size ?? 1), 1),
    );
    const most = Math.min(MOST_FITTED_ROWS, Math.floor(MOST_FITTED_VALUES / Math.max(1, ...values)));
    const rows = this.heldIn.slice(0, most);
    const capture = await this.run(model, {
      layers: entry.op === INPUT_OP ? [exit.name] : [entry.name, exit.name],
      input: entry.op === INPUT_OP,
      rows,
      reduction: 'flatten',
      outputs: false,
    });
    const [x, y] = [entry, exit].map(({ name }) => capture.layers.find(layer => layer.name === name));
    if (x === undefined || y === undefined)
      throw Fault.fromData(
        capture.failures[0]?.fault ?? { code: 'unsupported', message: 'The layers could not be run.' },
      );
    return { rows: rows.length, map: fitLinearMap(x, y, shape, this.parameters.seed, this.context.cancellation) };
  }

  private async answers(model: Model): Promise<NetworkAnswers> {
    const { outputs } = await this.run(model, { layers: [], outputs: true });
    if (outputs === undefined)
      throw new Fault(
        'unsupported',
        'The network has no output that gives each row a class, so that nothing can be measured.',
      );
    const classes = predictedClasses(outputs);
    const { labels } = this;
    if (labels === undefined) return { classes, right: undefined };
    const expected = outputOfClass(outputs, labels.classes);
    return {
      classes,
      right: Uint8Array.from(classes, (found, row) => (found === expected[labels.values[row]!] ? 1 : 0)),
    };
  }

  private run(
    model: Model,
    options: Pick<Parameters<typeof captureRows>[3], 'layers' | 'input' | 'rows' | 'reduction' | 'outputs'>,
  ): Promise<Capture> {
    const { opened, rows, data, others } = this.network;
    return captureRows({ ...opened, model } satisfies OpenModel, rows, data, {
      ...options,
      otherInputs: rowsOfInputs(others),
      runtimePath: this.context.runtimePath,
      acceleratorFolders: this.context.acceleratorFolders,
      cancellation: this.context.cancellation,
    });
  }
}

function removalOf(model: Model, { entry, exit, layers }: RemovalCandidate): Removal {
  const named = (name: string) => {
    const layer = [inputLayer(model), ...model.layers].find(one => one?.name === name);
    if (layer === undefined) throw new Fault('not-found', `The network has no layer ${name} any more.`);
    return layer;
  };
  return { entry: named(entry), exit: named(exit), layers: model.layers.filter(layer => layers.includes(layer.name)) };
}

/** Files beside a model that was changed: those that were changed with it, and those that stayed. */
function besides({ beside }: WrittenModel, siblings: Siblings): Siblings {
  return { open: name => beside.get(name) ?? siblings.open(name) };
}
