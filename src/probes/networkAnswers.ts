import { Fault } from '../base/fault';
import type { Model } from '../models/model';
import { capture, type CaptureOptions } from './capture';
import type { InputRows } from './inputRows';
import { outputLayers } from './outputLayers';
import type { NetworkOutputs } from './outputs';

/** What a network answers to each row. */
export interface NetworkAnswers {
  /** Where one of the outputs tells classes. */
  readonly outputs: NetworkOutputs | undefined;
  readonly rows: number;
  readonly width: number;
  /** rows × width: those scores, else all values of the first output. */
  readonly values: Float32Array;
}

/** Throws what `capture` throws, and `unsupported` where no output is a part a row. */
export async function networkAnswers(
  model: Model,
  data: InputRows,
  options: Omit<CaptureOptions, 'layers' | 'outputs' | 'rows' | 'reduction'>,
): Promise<NetworkAnswers> {
  const { outputs } = await capture(model, data, { ...options, layers: [], outputs: true });
  if (outputs !== undefined) return { outputs, rows: outputs.rows, width: outputs.width, values: outputs.values };
  const own =
    outputLayers(model)[0]?.name ??
    model.layers.find(layer => layer.name === model.outputs[0]?.name)?.name ??
    model.layers.at(-1)?.name;
  if (own === undefined) throw new Fault('unsupported', 'The network has no output of numbers.');
  const found = await capture(model, data, { ...options, layers: [own], reduction: 'flatten' });
  const [failure] = found.failures;
  if (failure !== undefined) throw Fault.fromData(failure.fault);
  const { count, width, values } = found.layers[0]!;
  return { outputs: undefined, rows: count, width, values };
}
