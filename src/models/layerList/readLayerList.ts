import type { ByteSource } from '../../base/bytes';
import { Fault } from '../../base/fault';
import { formatBytes, formatCount } from '../../base/numbers';
import { JsonError, parseStrictJson } from '../../base/strictJson';
import { nearestNames } from '../../base/nearest';
import { quoted } from '../../base/text';
import { decodeUtf8 } from '../../base/utf8';
import { isList, isObject, type Json, type JsonObject } from '../json';
import { ScriptList, type ScriptValue } from '../torch/script/values';
import { ACTIVATION_NAMES, isActivation, NO_ACTIVATION } from './activations';
import { LAYER_RULES, type LayerRule } from './layerRules';
import { INPUT, OPEN, type LayerList, type ListedInput, type ListedLayer } from './layerList';
import type { SettingRule } from './settings';

const MAX_BYTES = 1 << 20;
const MAX_LAYERS = 5000;
const MAX_SOURCES = 64;
const LONGEST_NAME = 200;
const MAX_RANK = 6;
const LARGEST_LENGTH = 1 << 24;
/** Values of one row: as many as a tensor may have. */
const MOST_VALUES = 1 << 28;

/**
 * Reads a list of layers, such as final.layers.json: strict JSON, in which every key, type and value must be one that is known. Throws `corrupt`, naming the place
 * (`layers[3].stride`), `unsupported` where a value is still open, `too-large`.
 */
export function readLayerList(source: ByteSource): LayerList {
  if (source.size > MAX_BYTES)
    throw new Fault(
      'too-large',
      `The layer list takes ${formatBytes(source.size)}; at most ${formatBytes(MAX_BYTES)} are read.`,
      {
        source: source.name,
      },
    );
  const text = decodeUtf8(source.read(0, source.size));
  if (text === undefined) throw new Fault('corrupt', 'The layer list is not UTF-8 text.', { source: source.name });
  return new Reader(source.name).list(parsed(text.replace(/^\ufeff/, ''), source.name));
}

function parsed(text: string, file: string): Json {
  try {
    return parseStrictJson(text, { maxDepth: 8, maxValues: 500_000 });
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    const line = text.slice(0, error.at).split('\n').length;
    throw new Fault('corrupt', `The layer list is not valid JSON: ${error.what} (line ${line}).`, {
      hint: 'Mend it in the editor, which marks the place.',
      source: file,
    });
  }
}

/** A fault of a layer list at one of its places. */
export function listFault(
  code: 'corrupt' | 'shape-mismatch' | 'unsupported' | 'too-large',
  file: string,
  at: string,
  what: string,
  hint?: string,
): Fault {
  return new Fault(code, `In the layer list, ${at} ${what}.`, {
    hint: hint ?? 'Change it there. docs/formats/pytorch.md lists what each layer takes.',
    source: file,
  });
}

class Reader {
  private readonly open: string[] = [];
  private readonly names = new Set<string>([INPUT]);

  constructor(private readonly file: string) {}

  list(root: Json): LayerList {
    if (!isObject(root)) throw this.wrong('it', 'is no JSON object with "layers"');
    this.keys(root, '', ['layers', 'input', 'note', '$schema']);
    const input = root.get('input');
    const layers = root.get('layers');
    if (!isList(layers)) throw this.wrong('layers', 'must be a list');
    if (layers.length === 0) throw this.wrong('layers', 'is empty');
    if (layers.length > MAX_LAYERS)
      throw listFault(
        'too-large',
        this.file,
        'layers',
        `has ${formatCount(layers.length)} entries; at most ${formatCount(MAX_LAYERS)} are read`,
      );
    const read = {
      input: input === undefined ? undefined : this.input(input),
      layers: layers.map((layer, index) => this.layer(layer, `layers[${index}]`)),
    };
    const [first] = this.open;
    if (first !== undefined)
      throw listFault(
        'unsupported',
        this.file,
        first,
        `is still open ("${OPEN}")${this.open.length > 1 ? `, and so are ${formatCount(this.open.length - 1)} other places` : ''}`,
        `Replace each "${OPEN}" by what the network has: the file of weights does not say it.`,
      );
    return read;
  }

  private input(value: Json): ListedInput {
    if (!isObject(value)) throw this.wrong('input', 'must be an object with "shape"');
    this.keys(value, 'input.', ['shape', 'type', 'note']);
    const shape = value.get('shape');
    if (this.isOpen(shape, 'input.shape')) return { shape: [], type: 'float32' };
    if (!isList(shape) || shape.length > MAX_RANK)
      throw this.wrong('input.shape', `must list the lengths of one row, such as [1, 28, 28], at most ${MAX_RANK}`);
    const lengths = shape.map((length, at) => {
      if (length === null || this.isOpen(length, `input.shape[${at}]`)) return null;
      return this.whole(length, `input.shape[${at}]`, 1, LARGEST_LENGTH);
    });
    const values = lengths.reduce<number>((product, length) => product * (length ?? 1), 1);
    if (values > MOST_VALUES)
      throw listFault(
        'too-large',
        this.file,
        'input.shape',
        `is a row of ${formatCount(values)} values; at most ${formatCount(MOST_VALUES)} are run`,
      );
    const type = value.get('type') ?? 'float32';
    if (type !== 'float32' && type !== 'int64') throw this.wrong('input.type', 'must be "float32" or "int64"');
    return { shape: lengths, type };
  }

  private layer(value: Json, at: string): ListedLayer {
    if (!isObject(value)) throw this.wrong(at, 'must be an object with "type"');
    const type = value.get('type');
    if (this.isOpen(type, `${at}.type`))
      return { type: '', name: `${at}`, weights: undefined, from: [], settings: new Map(), activation: undefined };
    const rule =
      typeof type === 'string' && Object.hasOwn(LAYER_RULES, plainType(type))
        ? LAYER_RULES[plainType(type)]
        : undefined;
    if (rule === undefined || typeof type !== 'string')
      throw listFault(
        'corrupt',
        this.file,
        `${at}.type`,
        `is no layer that is known: ${said(type)}`,
        `Known are ${nearestNames(typeof type === 'string' ? type : '', Object.keys(LAYER_RULES)).join(', ')} and others: docs/formats/pytorch.md lists them.`,
      );
    this.keys(value, `${at}.`, [
      'type',
      'name',
      'weights',
      'from',
      'activation',
      'note',
      ...Object.keys(rule.settings),
    ]);
    const weights = this.weights(value, at, rule);
    const name = this.name(value.get('name'), weights ?? plainType(type).toLowerCase(), at);
    const activation = this.activation(value.get('activation'), at);
    // The activation is a layer of its own.
    if (activation !== undefined) this.names.add(`${name}_${activation}`);
    return {
      type: plainType(type),
      name,
      weights,
      from: this.from(value, at, rule),
      settings: this.settings(value, at, rule),
      activation,
    };
  }

  private weights(value: JsonObject, at: string, rule: LayerRule): string | undefined {
    const given = value.get('weights');
    if (this.isOpen(given, `${at}.weights`)) return undefined;
    if (given === undefined) {
      if (rule.weights === 'needed')
        throw this.wrong(`${at}.weights`, 'is needed: the name of the module whose tensors the layer uses');
      return undefined;
    }
    if (rule.weights === 'none') throw this.wrong(`${at}.weights`, 'belongs to no layer of this type, which has none');
    if (typeof given !== 'string' || given.length > LONGEST_NAME)
      throw this.wrong(`${at}.weights`, `must be the name of a module, not ${said(given)}`);
    return given;
  }

  /** A layer's own name, or one that is made of what it uses, with a number where that is taken. */
  private name(given: Json | undefined, otherwise: string, at: string): string {
    if (given !== undefined) {
      if (typeof given !== 'string' || !/^[A-Za-z0-9_][\w.-]*$/.test(given) || given.length > LONGEST_NAME)
        throw this.wrong(`${at}.name`, `must be made of letters, digits, ".", "-" and "_", not ${said(given)}`);
      if (this.names.has(given)) throw this.wrong(`${at}.name`, `is the name of a layer before it: ${quoted(given)}`);
      this.names.add(given);
      return given;
    }
    const plain = otherwise.replace(/[^\w.-]+/g, '.').replace(/^[^A-Za-z0-9_]+/, '') || 'layer';
    let name = plain;
    for (let count = 1; this.names.has(name); count++) name = `${plain}_${count}`;
    this.names.add(name);
    return name;
  }

  private from(value: JsonObject, at: string, rule: LayerRule): readonly string[] {
    const given = value.get('from');
    if (given === undefined) {
      if (rule.reads === 'several')
        throw this.wrong(`${at}.from`, 'is needed: the names of the layers that are joined');
      return [];
    }
    if (this.isOpen(given, `${at}.from`)) return [];
    const names = isList(given) ? given : [given];
    if (
      names.length > MAX_SOURCES ||
      names.length < (rule.reads === 'several' ? 2 : 1) ||
      (rule.reads === 'one' && names.length > 1)
    )
      throw this.wrong(
        `${at}.from`,
        rule.reads === 'several' ? `must name between 2 and ${MAX_SOURCES} layers` : 'must name one layer',
      );
    return names.map((name, index) => {
      const place = isList(given) ? `${at}.from[${index}]` : `${at}.from`;
      if (this.isOpen(name, place)) return INPUT;
      if (typeof name !== 'string') throw this.wrong(place, `must be the name of a layer, not ${said(name)}`);
      return name;
    });
  }

  private activation(given: Json | undefined, at: string): string | undefined {
    if (given === undefined || given === NO_ACTIVATION || this.isOpen(given, `${at}.activation`)) return undefined;
    if (typeof given !== 'string' || !isActivation(given))
      throw this.wrong(
        `${at}.activation`,
        `must be ${NO_ACTIVATION}, ${ACTIVATION_NAMES.join(', ')}, not ${said(given)}`,
      );
    return given;
  }

  private settings(value: JsonObject, at: string, rule: LayerRule): ReadonlyMap<string, ScriptValue> {
    const settings = new Map<string, ScriptValue>();
    for (const [name, setting] of Object.entries(rule.settings)) {
      const given = value.get(name);
      if (this.isOpen(given, `${at}.${name}`)) continue;
      if (given !== undefined) settings.set(name, this.setting(given, setting, `${at}.${name}`));
      else if (setting.usual !== undefined) settings.set(name, usualValue(setting.usual));
      else if (setting.optional !== true) throw this.wrong(`${at}.${name}`, 'is needed');
    }
    return settings;
  }

  private setting(given: Json, rule: SettingRule, at: string): ScriptValue {
    switch (rule.kind) {
      case 'integer':
        return this.whole(given, at, rule.least, rule.most);
      case 'number':
        if (typeof given !== 'number' || !(given >= rule.least && given <= rule.most))
          throw this.wrong(at, `must be a number from ${rule.least} to ${rule.most}, not ${said(given)}`);
        return given;
      case 'flag':
        if (typeof given !== 'boolean') throw this.wrong(at, `must be true or false, not ${said(given)}`);
        return given;
      case 'choice':
        if (typeof given !== 'string' || !rule.choices.includes(given))
          throw this.wrong(at, `must be ${rule.choices.map(one => `"${one}"`).join(' or ')}, not ${said(given)}`);
        return given;
      case 'padding':
        if (given === 'same') return given;
        return this.sides(given, at, { ...rule, least: 0 }, ', or "same"');
      case 'sizes':
        return this.sides(given, at, rule, '');
      case 'integers': {
        if (!isList(given) || given.length === 0 || given.length > MAX_RANK + 2)
          throw this.wrong(at, `must be a list of whole numbers, not ${said(given)}`);
        return new ScriptList(given.map((one, index) => this.whole(one, `${at}[${index}]`, rule.least, rule.most)));
      }
    }
  }

  private sides(
    given: Json,
    at: string,
    rule: { readonly count: number; readonly least: number; readonly most: number },
    or: string,
  ): ScriptValue {
    if (!isList(given)) {
      if (typeof given !== 'number')
        throw this.wrong(at, `must be a whole number, or a list of ${rule.count}${or}, not ${said(given)}`);
      const one = this.whole(given, at, rule.least, rule.most);
      return new ScriptList(new Array<number>(rule.count).fill(one));
    }
    if (given.length !== rule.count) throw this.wrong(at, `must have ${rule.count} numbers, not ${given.length}`);
    return new ScriptList(given.map((one, index) => this.whole(one, `${at}[${index}]`, rule.least, rule.most)));
  }

  private whole(given: Json | undefined, at: string, least: number, most: number): number {
    if (typeof given !== 'number' || !Number.isInteger(given) || given < least || given > most)
      throw this.wrong(at, `must be a whole number from ${least} to ${formatCount(most)}, not ${said(given)}`);
    return given;
  }

  private keys(value: JsonObject, prefix: string, known: readonly string[]): void {
    for (const key of value.keys())
      if (!known.includes(key))
        throw listFault(
          'corrupt',
          this.file,
          `${prefix}${quoted(key)}`,
          'is no key that is known',
          `Known here are ${known.join(', ')}.`,
        );
  }

  /** Notes a place where a draft left something open. */
  private isOpen(value: Json | undefined, at: string): boolean {
    if (value !== OPEN) return false;
    this.open.push(at);
    return true;
  }

  private wrong(at: string, what: string): Fault {
    return listFault('corrupt', this.file, at, what);
  }
}

/** BatchNorm2d is BatchNorm: how many sides there are, the shapes say. */
export function plainType(type: string): string {
  return type.replace(/^(BatchNorm|InstanceNorm|Dropout)[123]d$/, '$1');
}

function usualValue(usual: NonNullable<SettingRule['usual']>): ScriptValue {
  return typeof usual === 'object' ? new ScriptList([...usual]) : usual;
}

/** A value as a message quotes it. */
function said(value: Json | undefined): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return quoted(value);
  if (isObject(value)) return 'an object';
  return isList(value) ? 'a list' : String(value);
}
