import { Fault } from '../../base/fault';
import { dimsOf, Mismatch } from '../torch/script/operators/dims';
import { callOperator, type OperatorContext } from '../torch/script/operators/table';
import { ScriptList, Tensor, type ScriptValue } from '../torch/script/values';
import type { StateTensor } from '../weightsOnly/stateTensor';
import type { ListedLayer } from './layerList';

/** The tensors of a file by their names, without what a wrapper put before them: `fc1.weight`. */
export type NamedTensors = ReadonlyMap<string, StateTensor>;

/** A tensor that a layer needs and the file does not hold, or holds in another shape. */
export class WeightsMismatch extends Error {
  override readonly name = 'WeightsMismatch';
}

/** What one layer is built from: what comes to it, its settings, its tensors. */
export class LayerScope {
  constructor(
    readonly context: OperatorContext,
    private readonly layer: ListedLayer,
    readonly inputs: readonly Tensor[],
    private readonly tensors: NamedTensors,
    private readonly used: Set<string>,
  ) {}

  get x(): Tensor {
    return this.inputs[0]!;
  }

  setting(name: string): ScriptValue {
    return this.layer.settings.get(name) ?? null;
  }

  integer(name: string): number {
    const value = this.setting(name);
    if (typeof value !== 'number') throw new Error(`${name} is no number`);
    return value;
  }

  flag(name: string): boolean {
    return this.setting(name) === true;
  }

  /** Settings under the names that an operator has for them; those that are left out are not given. */
  named(...names: readonly string[]): ReadonlyMap<string, ScriptValue> {
    return new Map(
      names.flatMap(name => {
        const value = this.setting(name);
        return value === null ? [] : [[name, value] as const];
      }),
    );
  }

  /** A tensor under one of its names: PyTorch's, then Keras's. Throws `WeightsMismatch`. */
  weight(...names: readonly string[]): Tensor {
    const found = this.maybeWeight(...names);
    if (found !== undefined) return found;
    throw new WeightsMismatch(`needs a tensor ${this.path(names[0]!)}, which the file does not hold`);
  }

  maybeWeight(...names: readonly string[]): Tensor | undefined {
    const state = this.stored(...names);
    return state && this.context.graph.weight(state);
  }

  stored(...names: readonly string[]): StateTensor | undefined {
    for (const name of names) {
      const path = this.path(name);
      const state = this.tensors.get(path);
      if (state === undefined) continue;
      this.used.add(path);
      return { ...state, name: path };
    }
    return undefined;
  }

  /** Throws `WeightsMismatch` where a weight has another number of axes than a layer of this type has. */
  ofRank(weight: Tensor, rank: number): Tensor {
    const dims = dimsOf(weight);
    if (dims.length !== rank)
      throw new WeightsMismatch(
        `needs a weight of ${rank} axes, but ${this.layer.weights ?? ''} has one of the shape ${shapeText(dims)}`,
      );
    return weight;
  }

  /** Throws `Mismatch` where an axis that is known has another length. */
  lengthOf(tensor: Tensor, axis: number, expected: number, what: string): void {
    const dims = dimsOf(tensor);
    const dim = dims.at(axis);
    if (dim === undefined || (typeof dim === 'number' && dim !== expected))
      throw new Mismatch(`${what} of ${expected} on ${shapeText(dims)}`);
  }

  call(operator: string, args: readonly ScriptValue[], named?: ReadonlyMap<string, ScriptValue>): Tensor {
    const result = callOperator(this.context, operator, args, named ?? new Map());
    const first = result instanceof ScriptList ? result.items[0] : result;
    if (!(first instanceof Tensor)) throw new Fault('unsupported', `${operator} gives no tensor.`);
    return first;
  }

  private path(name: string): string {
    const { weights } = this.layer;
    return weights === undefined || weights === '' ? name : `${weights}.${name}`;
  }
}

/** A shape as a message has it, without the batch: 40 × 4 × 4. */
export function shapeText(dims: Tensor['dims']): string {
  if (dims === undefined) return 'an unknown shape';
  return dims.map(dim => (typeof dim === 'number' ? String(dim) : '*')).join(' × ');
}
