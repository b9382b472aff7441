import { Fault } from '../../base/fault';
import type { GraphNode } from './graph';

/** The back edge of a loop: what it carries is there before the loop begins, from another node. */
const BACK_EDGE = 'NextIteration';

/**
 * The nodes that a graph's outputs depend on, each after those that it reads from. Throws `corrupt` where a node reads from nothing, or in a
 * circle that is no loop.
 */
export function orderNodes(nodes: ReadonlyMap<string, GraphNode>, wanted: readonly string[]): readonly GraphNode[] {
  const ordered: GraphNode[] = [];
  const state = new Map<string, 'open' | 'done'>();
  for (const root of wanted) {
    if (state.has(root)) continue;
    const stack = [{ node: required(nodes, root, 'an output'), next: 0 }];
    state.set(root, 'open');
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const input = top.node.inputs[top.next++];
      if (input === undefined) {
        state.set(top.node.name, 'done');
        ordered.push(top.node);
        stack.pop();
        continue;
      }
      const seen = state.get(input.node);
      if (seen === 'done') continue;
      const node = required(nodes, input.node, `node ${JSON.stringify(top.node.name)}`);
      if (seen === 'open') {
        if (node.op === BACK_EDGE || top.node.op === 'Merge') continue;
        throw new Fault('corrupt', `The graph is broken: node ${JSON.stringify(node.name)} depends on itself.`);
      }
      state.set(node.name, 'open');
      stack.push({ node, next: 0 });
    }
  }
  return ordered;
}

function required(nodes: ReadonlyMap<string, GraphNode>, name: string, reader: string): GraphNode {
  const node = nodes.get(name);
  if (node !== undefined) return node;
  throw new Fault('corrupt', `The graph is broken: ${reader} reads from ${JSON.stringify(name)}, which is not there.`, {
    hint: 'Convert or export the model again.',
  });
}
