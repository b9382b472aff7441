import type { Layer } from '../../models/model';

/** What of a layer its graph is made from. */
export type GraphLayer = Pick<Layer, 'name' | 'op' | 'outputShape' | 'parameters' | 'inputs'>;

/** Layers that are drawn as one while they are folded: those of a module that the author named, or a run of a long series. */
export interface Block {
  /** Its path among the author's modules, with dots; no other block has it. */
  readonly name: string;
  /** What is left of the name within the block around it. */
  readonly label: string;
  /** Index of the block around it; −1 for none. Always below its own. */
  readonly parent: number;
  /** Number of layers, those of inner blocks among them. */
  readonly layers: number;
  readonly parameters: number;
}

export interface BlockTree {
  readonly blocks: readonly Block[];
  /** Index of each layer's innermost block; −1 for none. */
  readonly blockOf: Int32Array;
}

/** Edges of the graph as pairs of indices of layers. */
export interface LayerEdges {
  readonly from: Int32Array;
  readonly to: Int32Array;
}

/**
 * Which layer reads which. Layers come in the order of computation, so that every edge leads to a higher index; what a damaged file says otherwise is left out, and so is what is
 * said twice.
 */
export function edgesOf(layers: readonly GraphLayer[]): LayerEdges {
  const index = new Map(layers.map(({ name }, at) => [name, at]));
  const from: number[] = [];
  const to: number[] = [];
  layers.forEach(({ inputs }, at) => {
    for (const source of new Set(inputs.map(name => index.get(name)))) {
      if (source === undefined || source >= at) continue;
      from.push(source);
      to.push(at);
    }
  });
  return { from: Int32Array.from(from), to: Int32Array.from(to) };
}
