import { Fault } from '../../base/fault';
import type { Model } from '../../models/model';
import { Feed } from '../../probes/feeds';
import { fitInput, product } from '../../probes/fitInput';
import { mainInput, ownInputs } from '../../probes/followingInputs';
import type { InputRows } from '../../probes/inputRows';
import { loadNetwork } from '../../probes/network';
import type { NetworkOutputs } from '../../probes/outputs';
import type { PiecewiseNetwork } from '../../probes/piecewise/piecewiseNetwork';
import { piecewiseOf } from '../../probes/piecewise/piecewiseOf';
import type { RobustnessSubject } from './robustnessTypes';

/** A network whose input can be moved by a little. */
export interface Attackable {
  /** Shape of a row as the network takes it. */
  readonly rowShape: readonly number[];
  readonly width: number;
  /** The network's own steps, or why they are not followed here. */
  readonly network: PiecewiseNetwork | { readonly reason: string };
  /** Rows as the network takes them. */
  take(rows: Uint32Array): Float32Array;
  /** Answers to rows as the network takes them. */
  answers(values: Float32Array, count: number): Promise<NetworkOutputs>;
}

/** Throws `unsupported` for networks that take texts or other whole numbers, several inputs, or one row at a time, and where no output has scores of classes. */
export async function attackableOf(subject: RobustnessSubject): Promise<Attackable> {
  const { data, modelName } = subject;
  const model: Model = subject.model.forRows?.(data.rowShape) ?? subject.model;
  const refuse = (sentence: string, hint: string) => new Fault('unsupported', sentence, { hint, source: modelName });
  const own = ownInputs(model.inputs);
  const input = mainInput(model.inputs);
  if (input === undefined || own.length > 1)
    throw refuse(
      `The network has ${own.length} inputs; one that is moved by a little has to be the only one.`,
      'Robustness is measured of networks with one input of numbers.',
    );
  if (data.texts !== undefined || data.lengths !== undefined || !/^b?float/.test(input.type))
    throw refuse(
      `The network's input "${input.name}" takes ${data.texts === undefined ? `whole numbers (${input.type})` : 'texts'}, which cannot be moved by a little: there is nothing to attack.`,
      'Robustness is measured of networks that take fractions, such as images and tables; `failures` works on all.',
    );
  const network = await loadNetwork(model, subject.runtime);
  if (network.classOutput?.kind !== 'scores')
    throw refuse(
      'No output of the network has scores of classes, so that there is no margin to attack.',
      'Robustness is measured of networks that give a score for each class, or one score.',
    );
  const fit = fitInput(data.rowShape, input, data.name);
  const width = product(fit.rowShape);
  const feed = new Feed(input, data, { ...fit, batch: 'free' });
  return {
    rowShape: fit.rowShape,
    width,
    network:
      input.type === 'float32'
        ? piecewiseOf(model, fit.rowShape, input.name, network.classOutput)
        : { reason: `its input is of ${input.type}` },
    take: rows => Float32Array.from(feed.tensor(rows, rows.length).values),
    answers: async (values, count) => {
      const rows: InputRows = { rows: count, rowShape: fit.rowShape, values };
      const { outputs } = await subject.answer(rows);
      if (outputs === undefined)
        throw refuse('No output of the network names a class of each row.', 'Robustness is measured of classifiers.');
      return outputs;
    },
  };
}
