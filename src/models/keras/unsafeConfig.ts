import { Fault } from '../../base/fault';
import { asText, entry, isList, isObject, type Json } from '../json';

/** Modules of Keras whose classes a configuration builds a network from; others, such as keras.utils, hold functions that act. */
const BUILDING =
  /^(keras|tf_keras|tensorflow\.keras|tensorflow\.python\.keras)(\.src)?(\.(layers|models|engine|initializers|regularizers|constraints|optimizers|losses|metrics|activations|ops|dtype_policies|quantizers|random|mixed_precision|backend\.common\.(variables|keras_tensor))(\.\w+)*)?$/;
/** Packages of layers by Keras's own authors, and the script that trained the network: custom, but not foreign. */
const CUSTOM = /^(__main__|keras_(hub|nlp|cv|core|tuner|rs)(\.\w+)*|keras_core(\.\w+)*)$/;
const VOCABULARIES = /^(StringLookup|IntegerLookup|IndexLookup|TextVectorization|Hashing)$/;
const MAX_OBJECTS = 2_000_000;

/**
 * Refuses a Keras configuration that would make a program run code or open files: marshalled functions (CVE-2025-9905), modules and
 * functions by name (CVE-2025-1550), vocabularies in other files (GHSA-qg93-c7p6-gg7f). Nothing of it would be run here; a network with
 * such a part is no network that can be trusted, and `unsafe` says which part.
 */
export function refuseUnsafe(config: Json): void {
  const pending: { readonly value: Json; readonly name: string }[] = [{ value: config, name: 'the network' }];
  let seen = 0;
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (++seen > MAX_OBJECTS) throw new Fault('too-large', 'The configuration has too many parts.');
    const { value } = next;
    let { name } = next;
    if (isObject(value)) {
      name = asText(entry(value, 'name')) ?? asText(entry(entry(value, 'config'), 'name')) ?? name;
      refuseObject(value, name);
      for (const inner of value.values()) pending.push({ value: inner, name });
    } else if (isList(value)) for (const inner of value) pending.push({ value: inner, name });
  }
}

function refuseObject(value: Json, name: string): void {
  const className = asText(entry(value, 'class_name'));
  if (className === undefined) return;
  const where = JSON.stringify(name);
  const config = entry(value, 'config');
  if (className === '__lambda__' || (className === 'Lambda' && carriesCode(entry(config, 'function')))) {
    throw unsafe(
      `Layer ${where} is a Lambda layer that carries Python code`,
      'Replace it by a layer of Keras, or export the model to ONNX.',
    );
  }
  const vocabulary = VOCABULARIES.test(className) ? entry(config, 'vocabulary') : undefined;
  if (typeof vocabulary === 'string') {
    throw unsafe(
      `Layer ${where} (${className}) takes its vocabulary from another place, ${JSON.stringify(vocabulary)}`,
      'It is not opened. Save the model with the vocabulary inside.',
    );
  }
  const module = asText(entry(value, 'module'));
  if (module === undefined) return;
  // Keras notes every function of Python as builtins.function, and which one beside it.
  if (className === 'function' && module === 'builtins') return;
  const known = BUILDING.test(module);
  const isFunction = className === 'function' || /^[a-z]/.test(className);
  const what = className === 'function' ? `${module}.${asText(config) ?? className}` : `${module}.${className}`;
  if ((known && !isFunction) || CUSTOM.test(module)) return;
  if (known && className === 'function') return;
  throw unsafe(
    `The configuration of ${where} names ${what}, which loading the model would import and call`,
    'Only layers of Keras are read. Register your own with keras.saving.register_keras_serializable.',
  );
}

/** A lambda is stored as [code, defaults, closure], or as an object; a function of the user's by its name. */
function carriesCode(stored: Json | undefined): boolean {
  return isList(stored) || isObject(stored);
}

function unsafe(what: string, hint: string): Fault {
  return new Fault('unsafe', `${what}.`, { hint });
}
