import type { NewTensor } from '../changes';
import type { AttributeValue, WrittenNode, WrittenType } from './graphBuilder';
import type { Dimension } from './protocol';

/**
 * Changes of an ONNX graph. A node goes by the name of any of its outputs, which is unique in a graph. Tensors that are only in the file are changed and removed by
 * `ModelChanges`; the names of the network's inputs and outputs stay.
 */
export interface OnnxChanges {
  readonly removedNodes?: ReadonlySet<string>;
  /** Each before the node that it is given for; of those for one node, in their order. */
  readonly insertedNodes?: readonly { readonly before: string; readonly node: Omit<WrittenNode, 'domain'> }[];
  /** Reads of a tensor that become reads of another, in all nodes and the sub-graphs within them. */
  readonly rewired?: ReadonlyMap<string, string>;
  /** Inputs of single nodes, by their place; they go before `rewired`. */
  readonly inputs?: ReadonlyMap<string, ReadonlyMap<number, string>>;
  /** Attributes of nodes; `null` removes one. */
  readonly attributes?: ReadonlyMap<string, ReadonlyMap<string, AttributeValue | null>>;
  /** Tensors that were not in the file. */
  readonly added?: ReadonlyMap<string, NewTensor & { readonly type: WrittenType }>;
  /** What the graph declares of the shapes of its inputs and outputs. */
  readonly shapes?: ReadonlyMap<string, readonly Dimension[]>;
}
