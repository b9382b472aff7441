import type { Cancellation } from '../base/cancellation';
import { Calls } from './calls';
import { memberOfClass } from './classes';
import { binary, unary } from './operators';
import type { Argument, ClassDefinition, Clause, Expression, Import, Span, Statement } from './syntax';
import {
  asText,
  computed,
  keyOf,
  NONE,
  textOf,
  throughArgument,
  truth,
  UNKNOWN,
  type ClassValue,
  type FunctionValue,
  type Given,
  type Passed,
  type Place,
  type Scope,
  type Value,
} from './values';

/** A source file as the interpreter needs it. */
export interface ParsedFile {
  readonly file: string;
  readonly language: 'python' | 'script';
  readonly statements: readonly Statement[];
}

/** Where imported files come from. */
export interface Files {
  /** The file that an import means; `undefined` for libraries and what cannot be read. */
  imported(module: string, from: string): ParsedFile | undefined;
}

/** How a run of statements ended. */
type Outcome = { readonly how: 'break' | 'continue' | 'raise' } | { readonly how: 'return'; readonly value: Value };

const MOST_STEPS = 400_000;
const DEEPEST_CALL = 60;
const MOST_ROUNDS = 4_096;
const MOST_ITEMS = 10_000;

/**
 * Runs a source without running it: constants, classes and calls are followed as far as they are known from the texts alone, and
 * what is not known stays `unknown`. It knows what makes layers, and nothing of files, networks or numbers. Steps and depth are bounded, so
 * that it ends on every source.
 */
export class Interpreter {
  private steps = 0;
  private depth = 0;
  private readonly modules = new Map<string, Scope>();
  readonly calls = new Calls(this);

  constructor(
    private readonly files: Files,
    private readonly cancellation: Cancellation,
  ) {}

  /** The names of a file, after its statements were followed once. */
  module(parsed: ParsedFile): Scope {
    const known = this.modules.get(parsed.file);
    if (known) return known;
    const scope: Scope = {
      variables: new Map(),
      parent: undefined,
      file: parsed.file,
      isClass: false,
      owner: undefined,
      receiver: undefined,
    };
    // Before it is run: files may import each other.
    this.modules.set(parsed.file, scope);
    if (parsed.language === 'script') scope.variables.set('tf', { type: 'library', path: '@tensorflow/tfjs' });
    this.run(parsed.statements, scope);
    return scope;
  }

  /** Every question of its own gets a budget of its own. */
  refresh(): void {
    this.steps = 0;
    this.depth = 0;
  }

  get exhausted(): boolean {
    return this.steps > MOST_STEPS;
  }

  private step(): boolean {
    this.steps++;
    if ((this.steps & 1023) === 0) this.cancellation.throwIfCancelled();
    return this.steps > MOST_STEPS;
  }

  run(statements: readonly Statement[], scope: Scope): Outcome | undefined {
    for (const statement of statements) {
      if (this.step()) return undefined;
      const outcome = this.runOne(statement, scope);
      if (outcome) return outcome;
    }
    return undefined;
  }

  private runOne(statement: Statement, scope: Scope): Outcome | undefined {
    switch (statement.kind) {
      case 'expression':
        this.evaluate(statement.value, scope);
        return undefined;
      case 'assign': {
        const value = this.evaluate(statement.value, scope);
        for (const target of statement.targets) this.assign(target, value, scope);
        return undefined;
      }
      case 'change': {
        const before = this.evaluate(statement.target, scope);
        const value = this.evaluate(statement.value, scope);
        // A list is added to in place: others may hold it as well.
        if (statement.operator === '+' && before.type === 'list' && value.type === 'list') {
          if (before.items.length + value.items.length <= MOST_ITEMS) before.items.push(...value.items);
        } else this.assign(statement.target, binary(statement.operator, before, value), scope);
        return undefined;
      }
      case 'if':
        return this.branch(statement, scope);
      case 'for':
        return this.loop(statement, scope);
      case 'while': {
        for (let round = 0; round < MOST_ROUNDS && !this.exhausted; round++) {
          if (truth(this.evaluate(statement.condition, scope)) !== true) break;
          const outcome = this.run(statement.body, scope);
          if (outcome?.how === 'break') break;
          if (outcome && outcome.how !== 'continue') return outcome;
          this.run(statement.step, scope);
        }
        return undefined;
      }
      case 'block':
        return this.run(statement.body, scope);
      case 'function': {
        const { definition } = statement;
        const made: FunctionValue = { type: 'function', definition, scope, owner: scope.owner };
        scope.variables.set(definition.name, made);
        return undefined;
      }
      case 'class':
        scope.variables.set(statement.definition.name, this.makeClass(statement.definition, scope));
        return undefined;
      case 'return':
        return { how: 'return', value: statement.value ? this.evaluate(statement.value, scope) : NONE };
      case 'leave':
        return { how: statement.how };
      case 'import':
        for (const one of statement.imports) this.import(one, scope);
        return undefined;
      case 'declare':
        return undefined;
    }
  }

  /** Where a condition is not known, the first branch is followed, and an end of it is none: the checks at the head of a function mostly fail. */
  private branch(statement: Statement & { kind: 'if' }, scope: Scope): Outcome | undefined {
    const known = truth(this.evaluate(statement.condition, scope));
    if (known === true) return this.run(statement.then, scope);
    if (known === false) return this.run(statement.otherwise, scope);
    const outcome = this.run(statement.then, scope);
    if (outcome === undefined) return undefined;
    if (outcome.how === 'return' && statement.otherwise.length > 0) return outcome;
    return this.run(statement.otherwise, scope);
  }

  private loop(statement: Statement & { kind: 'for' }, scope: Scope): Outcome | undefined {
    for (const item of this.itemsOf(this.evaluate(statement.iterable, scope))) {
      if (this.exhausted) break;
      this.assign(statement.target, item, scope);
      const outcome = this.run(statement.body, scope);
      if (outcome?.how === 'break') break;
      if (outcome && outcome.how !== 'continue') return outcome;
    }
    return undefined;
  }

  /** What is walked through; nothing where that is not known. */
  itemsOf(value: Value): readonly Value[] {
    if (value.type === 'list') return value.items.slice(0, MOST_ROUNDS);
    if (value.type === 'map') return [...value.entries.keys()].map(key => ({ type: 'text', value: key }));
    if (value.type === 'layer') return [...value.children.values()];
    return [];
  }

  private makeClass(definition: ClassDefinition, scope: Scope): ClassValue {
    const members = new Map<string, Value>();
    const made: ClassValue = {
      type: 'class',
      definition,
      scope,
      bases: definition.bases.map(base => this.evaluate(base, scope)),
      members,
      fields: definition.body.flatMap(statement => {
        if (statement.kind === 'declare') return [statement.name];
        const [target] = statement.kind === 'assign' ? statement.targets : [];
        return target?.kind === 'name' ? [target.name] : [];
      }),
    };
    this.run(definition.body, {
      variables: members,
      parent: scope,
      file: scope.file,
      isClass: true,
      owner: made,
      receiver: undefined,
    });
    return made;
  }

  private import({ module, member, as }: Import, scope: Scope): void {
    // `from . import blocks` takes a file of a package.
    const whole =
      member !== undefined && member !== '*'
        ? this.files.imported(module.endsWith('.') ? module + member : `${module}.${member}`, scope.file)
        : undefined;
    const parsed = this.files.imported(module, scope.file);
    const found = parsed && this.module(parsed);
    if (member === '*') {
      for (const [name, value] of found?.variables ?? []) if (!name.startsWith('_')) scope.variables.set(name, value);
      return;
    }
    if (member === undefined) {
      scope.variables.set(as, found ? { type: 'module', scope: found } : { type: 'library', path: module });
      return;
    }
    const value = found?.variables.get(member);
    if (value) scope.variables.set(as, value);
    else if (whole) scope.variables.set(as, { type: 'module', scope: this.module(whole) });
    else if (member === 'default') scope.variables.set(as, { type: 'library', path: module });
    else scope.variables.set(as, found ? UNKNOWN : { type: 'library', path: `${module}.${member}` });
  }

  assign(target: Expression, value: Value, scope: Scope): void {
    switch (target.kind) {
      case 'name':
        this.holderOf(target.name, scope).variables.set(target.name, value);
        return;
      case 'member': {
        const object = this.evaluate(target.object, scope);
        if (object.type === 'object') object.attributes.set(target.name, value);
        else if (object.type === 'class') object.members.set(target.name, value);
        else if (object.type === 'map') object.entries.set(target.name, value);
        return;
      }
      case 'item': {
        const object = this.evaluate(target.object, scope);
        const index = this.evaluate(target.index, scope);
        const key = keyOf(index);
        if (object.type === 'list' && index.type === 'number' && index.value in object.items)
          object.items[index.value] = value;
        else if (object.type === 'map' && key !== undefined) object.entries.set(key, value);
        else if (object.type === 'layer' && key !== undefined) object.children.set(key, value);
        return;
      }
      case 'list': {
        const items = value.type === 'list' ? value.items : undefined;
        const rest = target.items.findIndex(item => item.kind === 'spread');
        target.items.forEach((item, index) => {
          if (item.kind === 'spread') {
            const end = items === undefined ? 0 : items.length - (target.items.length - 1 - rest);
            this.assign(item.operand, items ? { type: 'list', items: items.slice(index, end) } : UNKNOWN, scope);
          } else {
            const place = rest >= 0 && index > rest && items ? items.length - (target.items.length - index) : index;
            this.assign(item, items?.[place] ?? UNKNOWN, scope);
          }
        });
        return;
      }
      // JavaScript's patterns.
      case 'map':
        for (const entry of target.entries) {
          const key = entry.key?.kind === 'text' ? entry.key.value : undefined;
          const given =
            value.type === 'map' ? (value.entries.get(key ?? '') ?? UNKNOWN) : this.member(value, key ?? '');
          if (key !== undefined) this.assign(entry.value, given, scope);
        }
        return;
      case 'assignment':
        this.assign(target.target, value.type === 'unknown' ? this.evaluate(target.value, scope) : value, scope);
        return;
      case 'binary':
      case 'call':
      case 'choice':
      case 'class':
      case 'comprehension':
      case 'constant':
      case 'function':
      case 'number':
      case 'slice':
      case 'spread':
      case 'template':
      case 'text':
      case 'unary':
      case 'unknown':
        return;
    }
  }

  /** JavaScript's names may be those of a scope around; a name of Python that is not there yet is made here. */
  private holderOf(name: string, scope: Scope): Scope {
    if (!scope.file.endsWith('.py') && !scope.variables.has(name))
      for (let outer = scope.parent; outer; outer = outer.parent) if (outer.variables.has(name)) return outer;
    return scope;
  }

  lookUp(name: string, scope: Scope): Value | undefined {
    for (let at: Scope | undefined = scope; at; at = at.parent) {
      if (at.isClass && at !== scope) continue;
      const value = at.variables.get(name);
      if (value) return value;
    }
    return undefined;
  }

  evaluate(expression: Expression, scope: Scope): Value {
    if (this.step()) return UNKNOWN;
    switch (expression.kind) {
      case 'number': {
        const { value } = expression;
        if (!Number.isFinite(value)) return UNKNOWN;
        const place = placeOf(expression, scope);
        return { type: 'number', value, literal: place, parts: [{ value, place }], passed: [] };
      }
      case 'text':
        return { type: 'text', value: expression.value };
      case 'template': {
        const parts = expression.parts.map(part =>
          typeof part === 'string' ? part : asText(this.evaluate(part, scope)),
        );
        return parts.every(part => part !== undefined) ? textOf(parts.join('')) : UNKNOWN;
      }
      case 'constant':
        return { type: 'constant', value: expression.value };
      case 'name':
        return this.name(expression.name, scope);
      case 'member':
        return this.member(this.evaluate(expression.object, scope), expression.name);
      case 'item':
        return this.item(expression, scope);
      case 'call':
        return this.calls.call(
          this.evaluate(expression.callee, scope),
          this.given(expression.parameters, scope),
          placeOf(expression, scope),
          scope,
        );
      case 'list':
        return { type: 'list', items: expression.items.flatMap(item => this.spread(item, scope)).slice(0, MOST_ITEMS) };
      case 'spread':
        return this.evaluate(expression.operand, scope);
      case 'map': {
        const entries = new Map<string, Value>();
        const places = new Map<string, Place>();
        for (const { key, value } of expression.entries) {
          const made = this.evaluate(value, scope);
          const name = key && keyOf(this.evaluate(key, scope));
          if (name !== undefined) {
            entries.set(name, made);
            places.set(name, placeOf(value, scope));
          } else if (key === undefined && made.type === 'map')
            for (const [inner, one] of made.entries) {
              entries.set(inner, one);
              const place = made.places?.get(inner);
              if (place) places.set(inner, place);
            }
        }
        return { type: 'map', entries, places };
      }
      case 'binary':
        return this.binary(expression, scope);
      case 'unary':
        return unary(expression.operator, this.evaluate(expression.operand, scope));
      case 'choice': {
        const known = truth(this.evaluate(expression.condition, scope));
        if (known !== undefined) return this.evaluate(known ? expression.then : expression.otherwise, scope);
        const then = this.evaluate(expression.then, scope);
        // Of two sizes neither is known; of a layer and None, the layer is there or not.
        if (then.type !== 'number' && then.type !== 'constant') return then;
        const otherwise = this.evaluate(expression.otherwise, scope);
        if (then.type === 'constant') return otherwise;
        return otherwise.type === 'number' && otherwise.value === then.value ? then : UNKNOWN;
      }
      case 'comprehension':
        return this.comprehension(expression, scope);
      case 'function':
        return { type: 'function', definition: expression.definition, scope, owner: scope.owner };
      case 'class':
        return this.makeClass(expression.definition, scope);
      case 'assignment': {
        const value = this.evaluate(expression.value, scope);
        this.assign(expression.target, value, scope);
        return value;
      }
      case 'slice':
      case 'unknown':
        return UNKNOWN;
    }
  }

  private name(name: string, scope: Scope): Value {
    const found = this.lookUp(name, scope);
    if (found) return found;
    if (name === 'this') {
      for (let at: Scope | undefined = scope; at; at = at.parent) if (at.receiver) return at.receiver;
    }
    // In JavaScript a word, in Python a function.
    if (name === 'super' && !scope.file.endsWith('.py')) return this.calls.superOf(scope);
    return this.calls.isBuiltIn(name) ? { type: 'library', path: name } : UNKNOWN;
  }

  private spread(item: Expression, scope: Scope): readonly Value[] {
    if (item.kind !== 'spread') return [this.evaluate(item, scope)];
    const value = this.evaluate(item.operand, scope);
    return value.type === 'unknown' ? [UNKNOWN] : this.itemsOf(value);
  }

  private binary(expression: Expression & { kind: 'binary' }, scope: Scope): Value {
    const left = this.evaluate(expression.left, scope);
    const { operator } = expression;
    if (operator === 'or' || operator === '||') {
      const known = truth(left);
      return known === true ? left : this.evaluate(expression.right, scope);
    }
    if (operator === '??')
      return left.type === 'constant' && left.value === null ? this.evaluate(expression.right, scope) : left;
    if (operator === 'and' || operator === '&&')
      return truth(left) === false ? left : this.evaluate(expression.right, scope);
    return binary(operator, left, this.evaluate(expression.right, scope));
  }

  private item(expression: Expression & { kind: 'item' }, scope: Scope): Value {
    const object = this.evaluate(expression.object, scope);
    if (expression.index.kind === 'slice') {
      const bound = (end: Expression | undefined): number | undefined => {
        const value = end && this.evaluate(end, scope);
        return value?.type === 'number' ? value.value : undefined;
      };
      const { from, to } = expression.index;
      if (object.type === 'tensor') return { ...object, by: undefined, from: [object] };
      if (object.type !== 'list') return UNKNOWN;
      if ((from && bound(from) === undefined) || (to && bound(to) === undefined)) return UNKNOWN;
      return { type: 'list', items: object.items.slice(bound(from), bound(to)) };
    }
    const index = this.evaluate(expression.index, scope);
    const key = keyOf(index);
    if (object.type === 'list' && index.type === 'number') return object.items.at(index.value) ?? UNKNOWN;
    if (object.type === 'map' && key !== undefined) return object.entries.get(key) ?? UNKNOWN;
    if (object.type === 'layer' && key !== undefined)
      return (
        (index.type === 'number' ? [...object.children.values()].at(index.value) : object.children.get(key)) ?? UNKNOWN
      );
    if (object.type === 'tensor') return { type: 'tensor', by: undefined, from: [object], reshape: [] };
    // dict[str, int] and the like.
    return object.type === 'library' ? object : UNKNOWN;
  }

  private comprehension(expression: Expression & { kind: 'comprehension' }, scope: Scope): Value {
    const items: Value[] = [];
    const entries = new Map<string, Value>();
    const inner: Scope = { ...scope, variables: new Map(), parent: scope, isClass: false };
    const walk = ([clause, ...rest]: readonly Clause[]): void => {
      if (clause === undefined) {
        const value = this.evaluate(expression.element, inner);
        const key = expression.key && keyOf(this.evaluate(expression.key, inner));
        if (expression.key === undefined) items.push(value);
        else if (key !== undefined) entries.set(key, value);
        return;
      }
      for (const item of this.itemsOf(this.evaluate(clause.iterable, inner))) {
        if (this.exhausted || items.length >= MOST_ITEMS) return;
        this.assign(clause.target, item, inner);
        if (clause.conditions.every(condition => truth(this.evaluate(condition, inner)) !== false)) walk(rest);
      }
    };
    walk(expression.clauses);
    return expression.key === undefined ? { type: 'list', items } : { type: 'map', entries };
  }

  private given(parameters: readonly Argument[], scope: Scope): Given {
    const values: Passed[] = [];
    const keywords = new Map<string, Passed>();
    for (const { name, spread, value } of parameters) {
      const made = this.evaluate(value, scope);
      const place = placeOf(value, scope);
      if (spread === 'keywords') {
        if (made.type === 'map')
          for (const [key, one] of made.entries) keywords.set(key, { value: one, place, isPart: true });
      } else if (spread === 'values') {
        for (const one of made.type === 'unknown' ? [] : this.itemsOf(made))
          values.push({ value: one, place, isPart: true });
      } else if (name !== undefined) keywords.set(name, { value: made, place });
      else values.push({ value: made, place });
    }
    return { values, keywords };
  }

  /** What a value has under a name. */
  member(value: Value, name: string): Value {
    switch (value.type) {
      case 'library':
        return { type: 'library', path: `${value.path}.${name}` };
      case 'module':
        return value.scope.variables.get(name) ?? UNKNOWN;
      case 'map':
        return value.entries.get(name) ?? { type: 'bound', receiver: value, name, method: undefined };
      case 'class':
        return memberOfClass(value, name)?.value ?? UNKNOWN;
      case 'object': {
        const own = value.attributes.get(name);
        if (own) return own;
        const found = memberOfClass(value.class, name)?.value;
        if (found?.type === 'function') {
          const bound: Value = { type: 'bound', receiver: value, name, method: found };
          return found.definition.decorators.some(isProperty)
            ? this.calls.call(bound, { values: [], keywords: new Map() }, value.place, found.scope)
            : bound;
        }
        return found ?? { type: 'bound', receiver: value, name, method: undefined };
      }
      case 'super': {
        const found = value.after.bases
          .map(base => (base.type === 'class' ? memberOfClass(base, name)?.value : undefined))
          .find(one => one !== undefined);
        const method = found?.type === 'function' ? found : undefined;
        return { type: 'bound', receiver: value, name, method };
      }
      case 'layer':
        return value.children.get(name) ?? { type: 'bound', receiver: value, name, method: undefined };
      case 'list':
        if (name === 'length') return computed(value.items.length, []);
        return { type: 'bound', receiver: value, name, method: undefined };
      case 'text':
      case 'tensor':
      case 'function':
        return { type: 'bound', receiver: value, name, method: undefined };
      case 'bound':
      case 'constant':
      case 'number':
      case 'partial':
      case 'unknown':
        return UNKNOWN;
    }
  }

  /** Calls what is written in the source. */
  callFunction(callee: FunctionValue, receiver: Value | undefined, given: Given): Value {
    if (this.depth >= DEEPEST_CALL || this.exhausted) return UNKNOWN;
    const { definition } = callee;
    const variables = new Map<string, Value>();
    const scope: Scope = {
      variables,
      parent: callee.scope,
      file: callee.scope.file,
      isClass: false,
      owner: callee.owner,
      receiver: definition.arrow ? undefined : receiver,
    };
    const isPython = callee.scope.file.endsWith('.py');
    const isStatic = definition.decorators.some(one => one.kind === 'name' && one.name === 'staticmethod');
    const values = [...given.values];
    if (isPython && receiver && !isStatic && !definition.arrow)
      values.unshift({ value: receiver, place: { file: scope.file, start: definition.start, end: definition.start } });
    const keywords = new Map(given.keywords);
    const positional = definition.parameters.filter(({ spread }) => spread === undefined);
    positional.forEach(parameter => {
      const passed = values.shift() ?? keywords.get(parameter.name);
      keywords.delete(parameter.name);
      const value = passed
        ? throughArgument(passed)
        : parameter.default
          ? this.evaluate(parameter.default, callee.scope)
          : UNKNOWN;
      if (parameter.pattern) this.assign(parameter.pattern, value, scope);
      else variables.set(parameter.name, value);
    });
    for (const { name, spread } of definition.parameters) {
      if (spread === 'values') variables.set(name, { type: 'list', items: values.map(({ value }) => value) });
      if (spread === 'keywords')
        variables.set(name, {
          type: 'map',
          entries: new Map([...keywords].map(([key, { value }]) => [key, value])),
        });
    }
    this.depth++;
    const outcome = this.run(definition.body(), scope);
    this.depth--;
    return outcome?.how === 'return' ? outcome.value : NONE;
  }
}

function isProperty(decorator: Expression): boolean {
  return decorator.kind === 'name' && /^(?:cached_)?property$/.test(decorator.name);
}

function placeOf(span: Span, scope: Scope): Place {
  return { file: scope.file, start: span.start, end: span.end };
}
