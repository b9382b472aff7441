import type { Model } from '../models/model';
import type { Network } from './network';

const SATURATING = /^(sigmoid|softmax)$/i;

/** The tensor that a last sigmoid or softmax takes, where that is a layer's output of the same size: scores before they saturate. `tensor` is the network's answer. */
export function scoresBefore(model: Model, tensor: string, network: Pick<Network, 'dims'>): string | undefined {
  const last = model.layers.find(layer => layer.output === tensor);
  if (last === undefined || !SATURATING.test(last.op) || last.inputs.length !== 1) return undefined;
  const before = model.layers.find(layer => layer.name === last.inputs[0]);
  if (before === undefined) return undefined;
  const [own, other] = [network.dims(tensor)?.slice(1), network.dims(before.output)?.slice(1)];
  const isSame = own !== undefined && other !== undefined && own.join() === other.join();
  return isSame ? before.output : undefined;
}

/** Whether scores of a row are probabilities of all classes. */
export function isDistribution(values: ArrayLike<number>): boolean {
  const all = Array.from(values);
  return (
    all.every(value => value >= 0 && value <= 1) && Math.abs(all.reduce((sum, value) => sum + value, 0) - 1) < 1e-4
  );
}
