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
  const roots = [...wanted];
  /** What loops hand to their next turn, by the loop: it comes before anything that leaves the loop. */
  const back = new Map<string, string[]>();
  for (let root = roots.shift(); root !== undefined; root = roots.shift()) {
    if (state.has(root)) continue;
    const stack = [{ node: required(nodes, root, 'an output'), next: 0 }];
    state.set(root, 'open');
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const input = top.node.inputs[top.next++];
      const name = input?.node ?? (top.node.op === 'Exit' ? back.get(frameOf(top.node, nodes))?.pop() : undefined);
      if (name === undefined) {
        state.set(top.node.name, 'done');
        ordered.push(top.node);
        stack.pop();
        continue;
      }
      const seen = state.get(name);
      if (seen === 'done') continue;
      const node = required(nodes, name, `node ${JSON.stringify(top.node.name)}`);
      if (top.node.op === 'Merge' && node.op === BACK_EDGE) {
        const frame = frameOf(top.node, nodes);
        back.set(frame, [...(back.get(frame) ?? []), name]);
        roots.push(name);
        continue;
      }
      if (seen === 'open')
        throw new Fault('corrupt', `The graph is broken: node ${JSON.stringify(node.name)} depends on itself.`);
      state.set(node.name, 'open');
      stack.push({ node, next: 0 });
    }
  }
  return ordered;
}

/** The loop that an Exit or a Merge belongs to, as its Enter calls it; '' where it is in none. */
function frameOf(node: GraphNode, nodes: ReadonlyMap<string, GraphNode>): string {
  let at: GraphNode | undefined = node;
  for (let steps = 0; steps < 3 && at !== undefined && at.op !== 'Enter'; steps++)
    at = nodes.get(at.inputs[0]?.node ?? '');
  return at?.op === 'Enter' ? (at.attributes.get('frame_name')?.text ?? '') : '';
}

function required(nodes: ReadonlyMap<string, GraphNode>, name: string, reader: string): GraphNode {
  const node = nodes.get(name);
  if (node !== undefined) return node;
  throw new Fault('corrupt', `The graph is broken: ${reader} reads from ${JSON.stringify(name)}, which is not there.`, {
    hint: 'Convert or export the model again.',
  });
}
