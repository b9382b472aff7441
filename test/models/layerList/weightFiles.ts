import { MemorySource } from '../../../src/base/bytes';
import type { Fault } from '../../../src/base/fault';
import { openModel } from '../../../src/models/formats';
import type { ChainAnswer } from '../../../src/models/layerList/chain';
import type { Model } from '../../../src/models/model';
import type { Bytes } from '../../fuzz/target';
import { FakeSiblings } from '../openBytes';
import { f32, safetensorsBytes } from '../safetensors/safetensorsBytes';

/** A safetensors file of zeros and ones in the order given, which is its author's where it is not by name. */
export function weights(shapes: Readonly<Record<string, readonly number[]>>): Bytes {
  return safetensorsBytes(Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, f32(shape)])));
}

/** Dense layers by name: [inputs, outputs]. */
export function dense(layers: Readonly<Record<string, readonly [number, number]>>): Record<string, readonly number[]> {
  return Object.fromEntries(
    Object.entries(layers).flatMap(([name, [inputs, outputs]]) => [
      [`${name}.bias`, [outputs]],
      [`${name}.weight`, [outputs, inputs]],
    ]),
  );
}

export function norm(name: string, size: number): Record<string, readonly number[]> {
  return Object.fromEntries(['bias', 'running_mean', 'running_var', 'weight'].map(own => [`${name}.${own}`, [size]]));
}

export const MLP = weights(dense({ fc1: [4, 6], fc2: [6, 3] }));
export const CNN = weights({ 'conv.weight': [2, 1, 3, 3], 'conv.bias': [2], ...dense({ fc: [8, 3] }) });

export interface Opening {
  readonly list?: unknown;
  readonly name?: string;
  readonly answer?: ChainAnswer;
}

/** Opens weights with a list of layers beside them; text is taken as it is. */
export function openWith(content: Bytes, { list, name = 'net.layers.json', answer }: Opening = {}): Model {
  const text = typeof list === 'string' ? list : JSON.stringify(list);
  const siblings = new FakeSiblings(list === undefined ? {} : { [name]: new TextEncoder().encode(text) });
  return openModel(new MemorySource('folder/net.safetensors', content), siblings, answer);
}

/** Why weights do not run. */
export function missingIn(content: Bytes, opening: Opening = {}): Fault {
  const fault = openWith(content, opening).missing?.fault;
  if (fault === undefined) throw new Error('it runs');
  return fault;
}
