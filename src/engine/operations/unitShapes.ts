import { Fault } from '../../base/fault';
import { DisposableStore } from '../../base/lifecycle';
import { networkUnits } from '../../models/units/networkUnits';
import { openModelFile } from '../openModelFile';
import type { UnitShapes, UnitShapesInput } from '../pruneTypes';

/** Which weights get which shapes when some units of layers go: what goes together is followed through the network. Nothing is measured. */
export function unitShapes({ model: file, layers: names, units, answer }: UnitShapesInput): UnitShapes {
  const store = new DisposableStore();
  try {
    const { model } = openModelFile(file, store, answer);
    const network = networkUnits(model);
    const removed = new Uint8Array(network.units);
    const together = new Set<string>();
    for (const layer of names) {
      const group = network.groups.find(({ layers }) => layers.includes(layer));
      if (group === undefined) {
        const reason = network.leftWhole.find(({ layers }) => layers.includes(layer))?.reason;
        throw new Fault('unsupported', reason ?? `The units of ${layer} cannot go one by one.`, { source: file });
      }
      if (!Number.isInteger(units) || units < 1 || units > group.units)
        throw new Fault('usage', `${layer} has ${group.units} units, of which at least one stays: not ${units}.`);
      removed.fill(1, group.from + units, group.from + group.units);
      for (const one of group.layers) together.add(one);
    }
    const before = new Map(
      model.layers.flatMap(({ weights }) => weights.map(({ name, shape }) => [name, shape] as const)),
    );
    const shapes: Record<string, number[]> = {};
    for (const { tensor, axis, units: labels } of network.slices) {
      const shape = Object.hasOwn(shapes, tensor) ? shapes[tensor]! : [...(before.get(tensor) ?? [])];
      const gone = labels.reduce((count, unit) => count + (unit >= 0 && removed[unit] === 1 ? 1 : 0), 0);
      if (gone === 0 || shape.length === 0) continue;
      shape[axis]! -= gone;
      shapes[tensor] = shape;
    }
    return { shapes, layers: [...together] };
  } finally {
    store.dispose();
  }
}
