import { Fault } from '../../base/fault';
import { quoted } from '../../base/text';
import type { ModelChanges } from '../changes';
import type { NewPart } from './linearPart';
import type { OnnxModel } from './onnxModel';

/**
 * The changes that take a part out of a network: whatever read tensor `to` reads `from` instead, and nodes and stored tensors that nothing needs any more are removed.
 * An output of the network that the part gave keeps its name. Both tensors should have one shape; where they have not, a runtime refuses the result. Throws
 * `not-found` for tensors that the graph does not compute.
 */
export function bypass(model: OnnxModel, from: string, to: string): ModelChanges {
  return replacePart(model, from, to);
}

/** The same, with a new part between: it reads `from`, and is read where `to` was. */
export function replacePart(model: OnnxModel, from: string, to: string, part?: NewPart): ModelChanges {
  const { graph } = model.file;
  const { nodes, reads, producer } = model.ordered;
  if (!producer.has(to)) throw new Fault('not-found', `No node of the graph gives ${quoted(to, 80)}.`);
  if (!producer.has(from) && !graph.inputs.some(input => input.name === from) && !graph.initializers.has(from))
    throw new Fault('not-found', `The graph has no tensor ${quoted(from, 80)}.`);
  const isOutput = graph.outputs.some(output => output.name === to);
  const instead = (name: string) => (name === to ? from : name);

  const live = new Set<number>();
  const needed = new Set<string>();
  const stack = graph.outputs.map(output => instead(output.name));
  for (let name = stack.pop(); name !== undefined; name = stack.pop()) {
    if (needed.has(name)) continue;
    needed.add(name);
    const index = producer.get(name);
    if (index === undefined || live.has(index)) continue;
    live.add(index);
    stack.push(...reads[index]!.map(instead));
  }
  // What was of no use before is none of the change's business.
  const used = usedBefore(model);
  const dead = nodes.filter((_, index) => used.has(index) && !live.has(index));
  const unread = nodes.flatMap((_, index) => (used.has(index) && !live.has(index) ? reads[index]! : []));
  const kept = new Set(nodes.flatMap((_, index) => (used.has(index) ? [] : reads[index]!)));
  const read = part?.output ?? from;
  const inserted = [...(part?.nodes ?? []), ...(isOutput ? [identity(read, to)] : [])];
  return {
    removed: new Set(unread.filter(name => graph.initializers.has(name) && !needed.has(name) && !kept.has(name))),
    onnx: {
      removedNodes: new Set(dead.map(node => node.outputs.find(name => name !== '')!)),
      rewired: new Map([[to, read]]),
      ...(inserted.length === 0 ? {} : { insertedNodes: inserted.map(node => ({ before: to, node })) }),
      ...(part === undefined ? {} : { added: part.tensors }),
    },
  };
}

function usedBefore({ file: { graph }, ordered: { reads, producer } }: OnnxModel): ReadonlySet<number> {
  const used = new Set<number>();
  const stack = graph.outputs.map(output => output.name);
  for (let name = stack.pop(); name !== undefined; name = stack.pop()) {
    const index = producer.get(name);
    if (index === undefined || used.has(index)) continue;
    used.add(index);
    stack.push(...reads[index]!);
  }
  return used;
}

function identity(from: string, to: string) {
  return { name: `${to}/Identity`, op: 'Identity', inputs: [from], outputs: [to] };
}
