import { Fault } from '../../base/fault';
import { quoted } from '../../base/text';
import type { ModelChanges } from '../changes';
import { parseInput } from './graph';
import type { TensorFlowGraphModel } from './graphModel';

/**
 * The changes that take a part out of a graph: whatever read node `to` reads `from` instead, the network's outputs among them, and nodes that nothing needs any more go, constants with their
 * weights. Throws `unsupported` for outputs of nodes that have several.
 */
export function bypassNodes(model: TensorFlowGraphModel, from: string, to: string): ModelChanges {
  const { graph } = model.file;
  for (const tensor of [from, to])
    if (parseInput(tensor)?.output !== 0)
      throw new Fault(
        'unsupported',
        `Tensor ${quoted(tensor, 80)} is one of several of its node, and is not bypassed.`,
      );
  const nodes = new Map(graph.nodes.map(node => [node.name, node]));
  const needed = (instead: (node: string) => string) => {
    const found = new Set<string>();
    const stack = graph.outputs.map(port => instead(port.node));
    for (let name = stack.pop(); name !== undefined; name = stack.pop()) {
      if (found.has(name)) continue;
      found.add(name);
      stack.push(...(nodes.get(name)?.inputs ?? []).map(input => instead(input.node)));
    }
    return found;
  };
  const [before, after] = [needed(name => name), needed(name => (name === to ? from : name))];
  const fed = new Set(graph.inputs.map(port => port.node));
  const gone = [...before].filter(name => !after.has(name) && !fed.has(name) && nodes.has(name));
  return { graph: { removedNodes: new Set(gone), rewired: new Map([[to, from]]) } };
}
