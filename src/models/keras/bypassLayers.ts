import { Fault } from '../../base/fault';
import { quoted } from '../../base/text';
import type { ModelChanges } from '../changes';
import { tensorName, type KerasModel, type KerasStep } from './kerasModel';

/**
 * The changes that take a part out of a network: whatever read layer `exit` reads layer `entry` instead, and layers that nothing needs any more go. Throws `unsupported` where a layer
 * is called several times, or the two are in different networks.
 */
export function bypassLayers(model: KerasModel, entry: string, exit: string): ModelChanges {
  const { steps, file } = model;
  const [from, to] = [entry, exit].map(name => stepOf(steps, name)) as [KerasStep, KerasStep];
  const prefixes = [from, to].map(({ layer }) => layer.name.slice(0, layer.name.length - layer.ownName.length));
  if (prefixes[0] !== prefixes[1])
    throw new Fault(
      'unsupported',
      `Layers ${quoted(entry, 80)} and ${quoted(exit, 80)} are in different networks within the model, and no layer is taken out across their bounds.`,
    );
  const byTensor = new Map(steps.map(step => [step.output, step]));
  const instead = (tensor: string) => (firstOutput(tensor) === to.output ? from.output : firstOutput(tensor));
  const needed = (redirect: (tensor: string) => string) => {
    const found = new Set<string>();
    const stack = file.network.outputs.map(reference => redirect(tensorName({ ...reference, output: 0 })));
    for (let name = stack.pop(); name !== undefined; name = stack.pop()) {
      if (found.has(name)) continue;
      found.add(name);
      stack.push(...(byTensor.get(name)?.inputs ?? []).map(redirect));
    }
    return found;
  };
  const [before, after] = [needed(firstOutput), needed(instead)];
  // What was of no use before is none of the change's business.
  const gone = steps.filter(({ output, layer }) => layer.className !== 'InputLayer' && before.has(output) && !after.has(output)); // prettier-ignore
  for (const { layer } of gone)
    if (layer.calls.length > 1)
      throw new Fault('unsupported', `Layer ${quoted(layer.name, 80)} is called several times, and is not taken out.`);
  return {
    keras: {
      removedLayers: new Set(gone.map(({ layer }) => layer.name)),
      // Layers between are read by none that stay: the entry stands for all of them.
      readInstead: new Map(
        gone.map(({ layer }) => [layer.name, { layer: from.layer.ownName, call: from.layer.calls.indexOf(from.call) }]),
      ),
    },
  };
}

export function stepOf(steps: readonly KerasStep[], name: string): KerasStep {
  const step = steps.find(one => one.name === name);
  if (step === undefined) throw new Fault('not-found', `The network has no layer ${quoted(name, 80)}.`);
  return step;
}

function firstOutput(tensor: string): string {
  return tensor.replace(/:\d+$/, ':0');
}
