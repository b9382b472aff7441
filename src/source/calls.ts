import { libraryBases, memberOfClass } from './classes';
import type { Interpreter } from './interpreter';
import { builtInNames, callBuiltIn } from './libraries/builtIns';
import { containerOf, isContainerPath } from './libraries/containers';
import { addChild, makeLayer } from './libraries/makeLayer';
import { layerOfPath } from './libraries/layerTable';
import { callMethod } from './libraries/methods';
import { tensorsIn } from './tensors';
import {
  NONE,
  tensorOf,
  UNKNOWN,
  type ClassValue,
  type Given,
  type LayerValue,
  type ObjectValue,
  type Place,
  type Scope,
  type TensorValue,
  type Value,
} from './values';

/** A layer that was given something, in the order in which that happens. */
export interface LayerCall {
  readonly layer: LayerValue;
  readonly inputs: readonly TensorValue[];
}

const MOST_CALLS = 20_000;

/** What calls do: those of the source, and those of the libraries that make layers. */
export class Calls {
  /** Layers in the order in which a network that was followed calls them. */
  readonly trace: LayerCall[] = [];

  constructor(readonly interpreter: Interpreter) {}

  isBuiltIn(name: string): boolean {
    return builtInNames.has(name);
  }

  call(callee: Value, given: Given, place: Place, scope: Scope): Value {
    switch (callee.type) {
      case 'function':
        return this.interpreter.callFunction(callee, undefined, given);
      case 'class':
        return this.construct(callee, given, place);
      case 'partial':
        return this.call(
          callee.callee,
          {
            values: [...callee.given.values, ...given.values],
            keywords: new Map([...callee.given.keywords, ...given.keywords]),
          },
          place,
          scope,
        );
      case 'library':
        return this.callLibrary(callee.path, given, place, scope);
      case 'bound':
        if (callee.receiver.type === 'super') return this.callSuper(callee.receiver, callee.name, given);
        if (callee.method && callee.receiver.type === 'object')
          return this.interpreter.callFunction(callee.method, callee.receiver, given);
        return callMethod(this, callee.receiver, callee.name, given, place);
      case 'super':
        return this.callSuper(callee, 'constructor', given);
      case 'layer':
      case 'object':
        return this.apply(callee, given);
      case 'constant':
      case 'list':
      case 'map':
      case 'module':
      case 'number':
      case 'tensor':
      case 'text':
      case 'unknown':
        return tensorsIn(given).length > 0 ? tensorOf(tensorsIn(given)) : UNKNOWN;
    }
  }

  /** `super()` within a method. */
  superOf(scope: Scope): Value {
    for (let at: Scope | undefined = scope; at; at = at.parent)
      if (at.owner && at.receiver?.type === 'object') return { type: 'super', receiver: at.receiver, after: at.owner };
    return UNKNOWN;
  }

  private construct(made: ClassValue, given: Given, place: Place): Value {
    const object: ObjectValue = { type: 'object', class: made, attributes: new Map(), place };
    const constructor = memberOfClass(made, '__init__') ?? memberOfClass(made, 'constructor');
    if (constructor?.value.type === 'function') this.interpreter.callFunction(constructor.value, object, given);
    else this.initialise(object, made, given);
    return object;
  }

  /** Without a constructor: the fields of a dataclass, or the children of a container that the class derives from. */
  private initialise(object: ObjectValue, made: ClassValue, given: Given): void {
    if (this.takeChildren(object, made, given)) return;
    given.values.forEach(({ value }, index) => {
      const field = made.fields[index];
      if (field !== undefined) object.attributes.set(field, value);
    });
    for (const [name, { value }] of given.keywords) object.attributes.set(name, value);
  }

  private takeChildren(object: ObjectValue, made: ClassValue, given: Given): boolean {
    const container = libraryBases(made).find(isContainerPath);
    if (container === undefined) return false;
    const filled = containerOf(container, given, object.place);
    for (const [name, child] of filled?.children ?? []) object.attributes.set(name, child);
    return true;
  }

  private callSuper(above: Value & { type: 'super' }, name: string, given: Given): Value {
    const member = above.after.bases
      .map(base => (base.type === 'class' ? memberOfClass(base, name) : undefined))
      .find(one => one !== undefined);
    if (member?.value.type === 'function') return this.interpreter.callFunction(member.value, above.receiver, given);
    if (name === '__init__' || name === 'constructor') {
      const [base] = above.after.bases;
      if (base?.type === 'class') this.initialise(above.receiver, base, given);
      else this.takeChildren(above.receiver, above.after, given);
      return NONE;
    }
    return callMethod(this, above.receiver, name, given, above.receiver.place);
  }

  private callLibrary(path: string, given: Given, place: Place, scope: Scope): Value {
    if (path === 'super') return this.superOf(scope);
    const container = containerOf(path, given, place);
    if (container) return container;
    const form = layerOfPath(path);
    if (form) return makeLayer(form, given, place);
    const answer = callBuiltIn(this, path, given, place, scope);
    if (answer) return answer;
    const tensors = tensorsIn(given);
    if (tensors.length > 0) return tensorOf(tensors);
    // weight_norm(layer), torch.compile(model): what goes in comes out, somehow changed.
    const [first] = given.values;
    if (first?.value.type === 'layer' || first?.value.type === 'object') return first.value;
    return UNKNOWN;
  }

  /** A layer or a network is given tensors. */
  apply(callee: LayerValue | ObjectValue, given: Given): Value {
    const inputs = tensorsIn(given);
    if (callee.type === 'object') {
      const forward = memberOfClass(callee.class, 'forward') ?? memberOfClass(callee.class, 'call');
      if (forward?.value.type !== 'function') {
        const children = [...callee.attributes.values()];
        return isSequential(callee) ? this.chain(children, given, inputs) : tensorOf(inputs, callee);
      }
      const result = this.interpreter.callFunction(forward.value, callee, given);
      return result.type === 'tensor'
        ? { ...result, by: result.by ?? callee }
        : result.type === 'unknown' || result === NONE
          ? tensorOf(inputs, callee)
          : result;
    }
    if (callee.op === 'Sequential') return this.chain([...callee.children.values()], given, inputs);
    if (this.trace.length < MOST_CALLS) this.trace.push({ layer: callee, inputs });
    return tensorOf(inputs, callee);
  }

  private chain(children: readonly Value[], given: Given, inputs: readonly TensorValue[]): Value {
    let at: Value = inputs[0] ?? tensorOf([]);
    for (const child of children) {
      if (child.type !== 'layer' && child.type !== 'object') continue;
      const place = given.values[0]?.place ?? child.place;
      at = this.apply(child, { values: [{ value: at, place }], keywords: new Map() });
      if (at.type !== 'tensor') at = tensorOf([]);
    }
    return at;
  }

  /** Adds a layer to a network or container. */
  add(to: LayerValue | ObjectValue, name: string | undefined, child: Value): void {
    addChild(to, name, child);
  }
}

function isSequential({ class: made }: ObjectValue): boolean {
  return libraryBases(made).some(path => /\.Sequential$/.test(path));
}
