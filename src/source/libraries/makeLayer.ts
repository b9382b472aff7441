import type { Given, LayerValue, ObjectValue, Passed, Place, Size, SizeRole, Value } from '../values';
import { layerForm } from './layerTable';
import type { Framework } from '../values';

/** A layer of a library, with the sizes that its call says. */
export function makeLayer(
  { framework, op }: { readonly framework: Framework; readonly op: string },
  given: Given,
  place: Place,
): Value {
  // A layer around another one, such as TimeDistributed(Dense(10)): the inner one has the sizes.
  const [first] = given.values;
  if (WRAPPERS.has(op)) {
    const inner =
      first?.value.type === 'map'
        ? first.value.entries.get('layer')
        : (first?.value ?? given.keywords.get('layer')?.value);
    if (inner?.type === 'layer' || inner?.type === 'object') return inner;
  }
  const form = layerForm(framework, op);
  const passed = (name: string, index: number): Passed | undefined => {
    if (framework !== 'tfjs') return given.keywords.get(name) ?? given.values[index];
    if (first?.value.type !== 'map') return undefined;
    const value = first.value.entries.get(name);
    return value && { value, place: first.value.places?.get(name) ?? first.place };
  };
  const sizes = Object.entries(form.sizes).flatMap(([name, role]) => {
    const one = passed(name, form.parameters.indexOf(name));
    return one === undefined ? [] : sizesOf(role, one);
  });
  const name = passed('name', Infinity)?.value;
  return {
    type: 'layer',
    framework,
    op,
    place,
    sizes,
    name: name?.type === 'text' ? name.value : undefined,
    children: new Map(),
  };
}

const WRAPPERS = new Set([
  'TimeDistributed',
  'Bidirectional',
  'timeDistributed',
  'bidirectional',
  'DataParallel',
  'SpectralNormalization',
]);

/** What an argument says; a list, as of a reshape or a normalisation over several axes, says several. */
export function sizesOf(role: SizeRole, { value, place }: Passed): readonly Size[] {
  if (value.type === 'number') {
    const { literal, parts, passed } = value;
    return [{ role, value: value.value, place, literal, parts, passed }];
  }
  if (value.type === 'list') {
    const items = role === 'features' ? value.items.slice(-1) : value.items;
    return items.flatMap(item =>
      item.type === 'number' && item.literal
        ? [
            {
              role,
              value: item.value,
              place: item.literal,
              literal: item.literal,
              parts: item.parts,
              passed: item.passed,
            },
          ]
        : [],
    );
  }
  return [{ role, value: undefined, place, literal: undefined, parts: [], passed: [] }];
}

/** Adds a layer under a name, or under the next number. */
export function addChild(to: LayerValue | ObjectValue, name: string | undefined, child: Value): void {
  const children = to.type === 'layer' ? to.children : to.attributes;
  if (children.size < MOST_CHILDREN) children.set(name ?? freeKey(children), child);
}

function freeKey(children: ReadonlyMap<string, Value>): string {
  let next = children.size;
  while (children.has(String(next))) next++;
  return String(next);
}

const MOST_CHILDREN = 10_000;
