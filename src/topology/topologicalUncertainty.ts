import { Cancellation } from '../base/cancellation';
import { bipartiteTree } from './bipartiteTree';

/** A layer of weights, outputs × inputs. */
export interface DenseWeights {
  readonly outputs: number;
  readonly inputs: number;
  readonly values: ArrayLike<number>;
}

/**
 * The activation graph of a layer for one input x: the complete bipartite graph with the edges |W_ij x_j|. Its 0-dimensional persistence, edges coming by falling weight, is the weights of a
 * maximum spanning tree; here they are, largest first, inputs + outputs − 1 of them (Lacombe, Ike, Carrière, Chazal, Glisse, Umeda, "Topological uncertainty", IJCAI 2021, section 3).
 */
export function activationTree(
  { outputs, inputs, values }: DenseWeights,
  x: ArrayLike<number>,
  cancellation = Cancellation.never,
): Float64Array {
  const edges = new Float64Array(outputs * inputs);
  for (let i = 0; i < outputs; i++)
    for (let j = 0; j < inputs; j++) edges[i * inputs + j] = values[i * inputs + j]! * x[j]!;
  const tree = new Float64Array(outputs + inputs - 1);
  let filled = 0;
  bipartiteTree(outputs, inputs, edges, cancellation, magnitude => (tree[filled++] = magnitude));
  return tree.sort().reverse();
}

/** The mean trees of what a network was seen to do, class by class. */
export class UsualTrees {
  private readonly sums = new Map<number, { readonly trees: readonly Float64Array[]; count: number }>();

  /** Of a row that was predicted to be of a class: a tree for each layer. */
  add(predicted: number, trees: readonly Float64Array[]): void {
    const known = this.sums.get(predicted) ?? { trees: trees.map(tree => new Float64Array(tree.length)), count: 0 };
    this.sums.set(predicted, known);
    known.count++;
    trees.forEach((tree, layer) => {
      const sum = known.trees[layer]!;
      for (let k = 0; k < tree.length; k++) sum[k] = sum[k]! + tree[k]!;
    });
  }

  /**
   * Topological uncertainty: the mean over layers of the distance (Σ (t − t̄)² ÷ edges)^½ from the trees to the mean trees of the predicted class. ∞ for a class that no row was
   * predicted to be of.
   */
  uncertainty(predicted: number, trees: readonly Float64Array[]): number {
    const known = this.sums.get(predicted);
    if (known === undefined) return Infinity;
    const sum = trees.reduce((total, tree, layer) => {
      const mean = known.trees[layer]!;
      let squares = 0;
      for (let k = 0; k < tree.length; k++) squares += (tree[k]! - mean[k]! / known.count) ** 2;
      return total + Math.sqrt(squares / tree.length);
    }, 0);
    return sum / trees.length;
  }
}
