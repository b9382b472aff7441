import type { ClassDefinition, FunctionDefinition, Span } from './syntax';

/** Where something stands. */
export interface Place extends Span {
  /** Absolute path. */
  readonly file: string;
}

export type Framework = 'pytorch' | 'keras' | 'tfjs';

/** What a size is of a layer. `features` is both: what comes in goes out, as in a normalisation. */
export type SizeRole = 'outputs' | 'inputs' | 'features' | 'groups' | 'reshape';

/** A size of a layer as the source gives it. */
export interface Size {
  readonly role: SizeRole;
  /** `undefined` where it is not known without running the source. */
  readonly value: number | undefined;
  /** The whole argument. */
  readonly place: Place;
  /** The literal that it is, wherever it stands; `undefined` where it is computed. */
  readonly literal: Place | undefined;
  /** The literals that it is computed from. */
  readonly parts: readonly Literal[];
  /** The arguments of calls of the source that it came through, the outermost first. */
  readonly passed: readonly Place[];
}

export interface Literal {
  readonly value: number;
  readonly place: Place;
}

export type Value =
  | NumberValue
  | { readonly type: 'text'; readonly value: string }
  | { readonly type: 'constant'; readonly value: boolean | null }
  | ListValue
  | MapValue
  | { readonly type: 'library'; readonly path: string }
  | PartialValue
  | ClassValue
  | FunctionValue
  | BoundValue
  | { readonly type: 'super'; readonly receiver: ObjectValue; readonly after: ClassValue }
  | { readonly type: 'module'; readonly scope: Scope }
  | ObjectValue
  | LayerValue
  | TensorValue
  | { readonly type: 'unknown' };

export interface NumberValue {
  readonly type: 'number';
  readonly value: number;
  readonly literal: Place | undefined;
  readonly parts: readonly Literal[];
  /** The arguments that it came through, the outermost first. */
  readonly passed: readonly Place[];
}

export interface ListValue {
  readonly type: 'list';
  readonly items: Value[];
}

/** A dictionary, or an object of JavaScript. */
export interface MapValue {
  readonly type: 'map';
  readonly entries: Map<string, Value>;
  /** Where entries are written. */
  readonly places?: ReadonlyMap<string, Place>;
}

/** `functools.partial`. */
export interface PartialValue {
  readonly type: 'partial';
  readonly callee: Value;
  readonly given: Given;
}

export interface ClassValue {
  readonly type: 'class';
  readonly definition: ClassDefinition;
  readonly scope: Scope;
  readonly bases: readonly Value[];
  readonly members: Map<string, Value>;
  /** Names with a type in the class's body: the fields of a dataclass, in order. */
  readonly fields: readonly string[];
}

export interface FunctionValue {
  readonly type: 'function';
  readonly definition: FunctionDefinition;
  readonly scope: Scope;
  /** Where it is a method. */
  readonly owner: ClassValue | undefined;
}

/** A method and what it is called on. */
export interface BoundValue {
  readonly type: 'bound';
  readonly receiver: Value;
  readonly name: string;
  readonly method: FunctionValue | undefined;
}

/** An instance of a class of the source. */
export interface ObjectValue {
  readonly type: 'object';
  readonly class: ClassValue;
  readonly attributes: Map<string, Value>;
  /** Where it was made. */
  readonly place: Place;
}

/** A layer of a library, or a container of layers. */
export interface LayerValue {
  readonly type: 'layer';
  readonly framework: Framework;
  /** As the library calls it. */
  readonly op: string;
  readonly place: Place;
  readonly sizes: readonly Size[];
  /** Given to it by its author. */
  readonly name: string | undefined;
  /** Of a container. */
  readonly children: Map<string, Value>;
}

/** What flows through a network. */
export interface TensorValue {
  readonly type: 'tensor';
  readonly by: LayerValue | ObjectValue | undefined;
  readonly from: readonly TensorValue[];
  /** The sizes of a reshape that made it. */
  readonly reshape: readonly Size[];
}

/** Arguments of a call, once they are known. */
export interface Given {
  readonly values: readonly Passed[];
  readonly keywords: ReadonlyMap<string, Passed>;
}

/** An argument, and where it is written. */
export interface Passed {
  readonly value: Value;
  readonly place: Place;
  /** Whether several values are written there: `*sizes`. */
  readonly isPart?: true;
}

export interface Scope {
  readonly variables: Map<string, Value>;
  readonly parent: Scope | undefined;
  readonly file: string;
  /** Python's functions do not see the names of the class that they are in. */
  readonly isClass: boolean;
  readonly owner: ClassValue | undefined;
  readonly receiver: Value | undefined;
}

export const UNKNOWN: Value = { type: 'unknown' };
export const NONE: Value = { type: 'constant', value: null };

export function computed(value: number, from: readonly Value[]): Value {
  if (!Number.isFinite(value)) return UNKNOWN;
  const parts = from.flatMap(part => (part.type === 'number' ? part.parts : []));
  return { type: 'number', value, literal: undefined, parts: parts.slice(0, MOST_PARTS), passed: [] };
}

const MOST_PARTS = 16;

/** A value as a function gets it: a number keeps the argument that it was. */
export function throughArgument({ value, place, isPart }: Passed): Value {
  if (value.type !== 'number' || isPart === true || value.passed.length >= MOST_PASSED) return value;
  return { ...value, passed: [...value.passed, place] };
}

const MOST_PASSED = 8;

export function tensorOf(
  from: readonly Value[],
  by?: LayerValue | ObjectValue,
  reshape: readonly Size[] = [],
): TensorValue {
  return { type: 'tensor', by, from: from.filter(value => value.type === 'tensor'), reshape };
}

/** What Python and JavaScript take for true; `undefined` where it is not known. */
export function truth(value: Value): boolean | undefined {
  switch (value.type) {
    case 'number':
      return value.value !== 0;
    case 'text':
      return value.value !== '';
    case 'constant':
      return value.value === true;
    case 'list':
      return value.items.length > 0;
    case 'map':
      return value.entries.size > 0;
    case 'unknown':
    case 'tensor':
      return undefined;
    case 'bound':
    case 'class':
    case 'function':
    case 'layer':
    case 'library':
    case 'module':
    case 'object':
    case 'partial':
    case 'super':
      return true;
  }
}

/** A text; one that is longer than any name is unknown, so that none grows without end. */
export function textOf(value: string): Value {
  return value.length > MOST_LETTERS ? UNKNOWN : { type: 'text', value };
}

const MOST_LETTERS = 10_000;

/** A value as a part of a text; `undefined` where it is not known. */
export function asText(value: Value): string | undefined {
  if (value.type === 'text') return value.value;
  return value.type === 'number' ? String(value.value) : undefined;
}

/** The same name for the same thing, where a map is asked. */
export function keyOf(value: Value): string | undefined {
  return asText(value) ?? (value.type === 'constant' ? String(value.value) : undefined);
}
