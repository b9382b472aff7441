import type { ClassSyntax, FunctionSyntax } from './syntax';
import type { PickleDict } from '../pickle/values';

/** Element types that a tensor of the graph may have: floats of all widths are computed as float32. */
export type GraphType = 'float32' | 'int64' | 'int32' | 'bool' | 'uint8';

/** A length: known, or a whole number that the graph computes, or unknown. */
export type Dim = number | SymInt | null;

/** A tensor of the graph under construction. Operations in place give it another name. */
export class Tensor {
  constructor(
    public name: string,
    public type: GraphType,
    /** `undefined` where the rank is unknown. */
    public dims: readonly Dim[] | undefined,
    /** A view of part of this one: writing to it would change both. */
    readonly partOf?: Tensor,
  ) {}
}

/** A whole number that depends on the input's shape. Two of the same key are equal in every run. */
export class SymInt {
  constructor(
    readonly key: string,
    /** Name of the vector of one int64 that holds it; made when it is first needed. */
    readonly tensor: () => string,
    /** What it is a multiple of. */
    readonly product?: { readonly of: SymInt; readonly by: number },
  ) {}
}

/** A float, which Python tells from an integer of the same value. */
export class Real {
  constructor(readonly value: number) {}
}

export class ScriptList {
  constructor(
    readonly items: ScriptValue[],
    readonly tuple = false,
    /** Names of a named tuple's items. */
    readonly names?: readonly string[],
  ) {}
}

export class ScriptDict {
  readonly entries = new Map<string | number | boolean | null, ScriptValue>();
}

/** A module of the network: its class's program, and its attributes as they were saved. */
export class ScriptModule {
  readonly changed = new Map<string, ScriptValue>();

  constructor(
    /** Such as encoder.layers.0; '' for the network itself. */
    readonly path: string,
    readonly className: string,
    readonly syntax: ClassSyntax | undefined,
    readonly state: PickleDict,
  ) {}
}

export class ScriptFunction {
  constructor(
    readonly path: string,
    readonly syntax: FunctionSyntax,
  ) {}
}

/** A class that is called: a named tuple. */
export class ScriptClass {
  constructor(
    readonly path: string,
    readonly syntax: ClassSyntax,
  ) {}
}

/** What the interpreter has no use for: a type, a device, a layout. */
export class Inert {
  constructor(readonly what: string) {}
}

export type ScriptValue =
  | null
  | boolean
  | number
  | string
  | Real
  | SymInt
  | Tensor
  | ScriptList
  | ScriptDict
  | ScriptModule
  | ScriptFunction
  | ScriptClass
  | Inert;

/** Stands for a truth that depends on the input. */
export const UNKNOWN = new Inert('unknown');

export function truthOf(value: ScriptValue): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return value !== 0;
  if (value instanceof Real) return value.value !== 0;
  if (value instanceof SymInt || value instanceof Tensor || value instanceof Inert) return undefined;
  if (value === null) return false;
  if (typeof value === 'string') return value !== '';
  if (value instanceof ScriptList) return value.items.length > 0;
  if (value instanceof ScriptDict) return value.entries.size > 0;
  return true;
}
