import { ScriptError } from '../syntax';
import { Real, ScriptList, SymInt, Tensor, truthOf, type ScriptValue } from '../values';

/** The arguments of one call, by the names of the operator's parameters. */
export class Args {
  private readonly values = new Map<string, ScriptValue>();

  constructor(
    private readonly operator: string,
    parameters: readonly string[],
    args: readonly ScriptValue[],
    named: ReadonlyMap<string, ScriptValue>,
  ) {
    args.forEach((value, index) => {
      const name = parameters[index];
      if (name !== undefined) this.values.set(name, value);
    });
    for (const [name, value] of named) this.values.set(name, value);
  }

  /** `null` where it is not given. */
  value(name: string): ScriptValue {
    return this.values.get(name) ?? null;
  }

  set(name: string, value: ScriptValue): void {
    this.values.set(name, value);
  }

  has(name: string): boolean {
    return this.value(name) !== null;
  }

  tensor(name: string): Tensor {
    const value = this.value(name);
    if (!(value instanceof Tensor)) throw this.wrong(name, 'a tensor');
    return value;
  }

  maybeTensor(name: string): Tensor | undefined {
    return this.has(name) ? this.tensor(name) : undefined;
  }

  /** A number that is known, whole or not. */
  number(name: string, otherwise?: number): number {
    const value = this.value(name);
    if (value === null && otherwise !== undefined) return otherwise;
    if (typeof value === 'number') return value;
    if (typeof value === 'boolean') return Number(value);
    if (value instanceof Real) return value.value;
    throw this.wrong(name, 'a number that is known');
  }

  integer(name: string, otherwise?: number): number {
    const value = this.number(name, otherwise);
    if (!Number.isInteger(value)) throw this.wrong(name, 'a whole number');
    return value;
  }

  flag(name: string, otherwise = false): boolean {
    const value = this.value(name);
    if (value === null) return otherwise;
    const known = truthOf(value);
    if (known === undefined) throw this.wrong(name, 'a truth that is known');
    return known;
  }

  text(name: string, otherwise: string): string {
    const value = this.value(name);
    return typeof value === 'string' ? value : otherwise;
  }

  list(name: string): readonly ScriptValue[] {
    const value = this.value(name);
    if (!(value instanceof ScriptList)) throw this.wrong(name, 'a list');
    return value.items;
  }

  tensors(name: string): readonly Tensor[] {
    return this.list(name).map(item => {
      if (!(item instanceof Tensor)) throw this.wrong(name, 'a list of tensors');
      return item;
    });
  }

  /** Whole numbers that are known; one stands for a list of it where `count` is given. */
  integers(name: string, count?: number): readonly number[] {
    const value = this.value(name);
    if (typeof value === 'number') return new Array<number>(count ?? 1).fill(value);
    const items = this.list(name).map(item => {
      if (typeof item !== 'number') throw this.wrong(name, 'whole numbers that are known');
      return item;
    });
    return count !== undefined && items.length === 1 ? new Array<number>(count).fill(items[0]!) : items;
  }

  /** Lengths, which may depend on the input. */
  lengths(name: string): readonly (number | SymInt)[] {
    const value = this.value(name);
    const items = typeof value === 'number' || value instanceof SymInt ? [value] : this.list(name);
    return items.map(item => {
      if (typeof item !== 'number' && !(item instanceof SymInt)) throw this.wrong(name, 'lengths');
      return item;
    });
  }

  private wrong(name: string, what: string): ScriptError {
    return new ScriptError('unsupported', `torch.${this.operator} where ${name} is not ${what}`);
  }
}
