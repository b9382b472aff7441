import type { Shape, StoredType } from '../model';
import type { StoredTensor } from '../storedTensor';
import type { Attribute } from './graph';

/** A node as the file has it: inputs are texts, which mean one thing in a graph and another in a function. */
export interface StoredNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  readonly attributes: ReadonlyMap<string, Attribute>;
  /** The value of a constant. */
  readonly value: StoredTensor | undefined;
  /** Texts of a constant that holds some. */
  readonly texts: readonly string[] | undefined;
}

export interface StoredFunction {
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly nodes: readonly StoredNode[];
  /** For each output, which tensor of the body it is. */
  readonly returns: ReadonlyMap<string, string>;
}

/** A tensor that a signature names. */
export interface StoredPort {
  readonly name: string;
  readonly tensor: string;
  readonly type: StoredType;
  readonly shape: Shape | undefined;
}

export interface StoredSignature {
  readonly name: string;
  readonly inputs: readonly StoredPort[];
  readonly outputs: readonly StoredPort[];
}

/** A graph of a SavedModel, with what it can be asked (saved_model.proto, meta_graph.proto, graph.proto, function.proto). */
export interface StoredGraph {
  readonly tags: readonly string[];
  readonly version: string;
  readonly nodes: readonly StoredNode[];
  readonly functions: ReadonlyMap<string, StoredFunction>;
  readonly signatures: readonly StoredSignature[];
}
