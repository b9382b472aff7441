import { decodeElements } from '../../elements';
import { PickleDict, PickleList, PickleObject, PickleTuple, type PickleValue } from '../pickle/values';
import { stateTensor } from '../stateTensor';
import { TorchTensor } from '../tensor';
import type { Effort } from './effort';
import type { Graph } from './graph';
import type { Library } from './library';
import { callOperator, type OperatorContext } from './operators/table';
import { ScriptError, type Expression, type FunctionSyntax, type Statement } from './syntax';
import {
  Inert,
  Real,
  ScriptClass,
  ScriptDict,
  ScriptFunction,
  ScriptList,
  ScriptModule,
  Tensor,
  truthOf,
  UNKNOWN,
  type ScriptValue,
} from './values';

/** Before the name of a value that stands in the program itself. */
const CONSTANT = 'CONSTANTS_';
const MOST_ITERATIONS = 10_000;
const DEEPEST_CALLS = 150;

/** How a block ended: by a return, by an exception, or by its last statement. */
type Outcome = { readonly returned: ScriptValue } | 'raised' | undefined;

/**
 * Follows a program with tensors that stand for any input, and writes down as a graph what it does to them. Python's own values are computed as it goes;
 * loops are unrolled and branches taken where they do not depend on the values of tensors. Throws `ScriptError`.
 */
export class Interpreter {
  private depth = 0;
  private readonly modules = new Map<PickleObject, ScriptModule>();
  private readonly calls = new Map<string, number>();
  private readonly context: OperatorContext;
  /** Whether a module says that it is being trained: it is run as it would be used. */
  sawTraining = false;

  constructor(
    private readonly library: Library,
    private readonly graph: Graph,
    private readonly constants: readonly PickleValue[],
    notes: OperatorContext['notes'],
    private readonly effort: Effort,
  ) {
    this.context = { graph, notes };
  }

  module(path: string, object: PickleObject): ScriptModule {
    let module = this.modules.get(object);
    if (module === undefined) {
      if (!(object.state instanceof PickleDict)) throw new ScriptError('unsupported', object.of.name);
      const found = this.library.get(object.of.path);
      module = new ScriptModule(
        path,
        object.of.path,
        found instanceof ScriptClass ? found.syntax : undefined,
        object.state,
      );
      this.modules.set(object, module);
    }
    return module;
  }

  /** Calls a method of a module, with its nodes named by the module's path. */
  callMethod(
    module: ScriptModule,
    method: string,
    args: readonly ScriptValue[],
    named: ReadonlyMap<string, ScriptValue> = new Map(),
  ): ScriptValue {
    const syntax = module.syntax?.methods.get(method);
    if (syntax === undefined)
      throw new ScriptError('unsupported', `${module.className.replace(/^__torch__\./, '')}.${method}`);
    const before = this.graph.scope;
    // A trace writes each call of a shared module out: forward, forward1, forward2. A script has forms of one: forward__0.
    if (/^forward(__)?\d*$/.test(method) && module.path !== '') {
      const count = this.calls.get(module.path) ?? 0;
      this.calls.set(module.path, count + 1);
      this.graph.scope = count === 0 ? module.path : `${module.path}_${count}`;
    }
    const result = this.callFunction(syntax, [module, ...args], named);
    this.graph.scope = before;
    return result;
  }

  private callFunction(
    syntax: FunctionSyntax,
    args: readonly ScriptValue[],
    named: ReadonlyMap<string, ScriptValue>,
  ): ScriptValue {
    if (++this.depth > DEEPEST_CALLS)
      throw new ScriptError('too-large', `its program calls itself more than ${DEEPEST_CALLS} deep`);
    const names = new Map<string, ScriptValue>();
    syntax.parameters.forEach(({ name, type, otherwise }, index) => {
      const given = index < args.length ? args[index] : named.get(name);
      const value = given === undefined && otherwise !== undefined ? this.evaluate(otherwise, names) : given;
      if (value === undefined) throw new ScriptError('corrupt', `its program calls ${syntax.name} without ${name}`);
      names.set(name, asType(value, type));
    });
    if (args.length > syntax.parameters.length)
      throw new ScriptError('corrupt', `its program gives ${syntax.name} too much`);
    const outcome = this.block(syntax.body, names);
    this.depth--;
    if (outcome === 'raised') throw new ScriptError('unsupported', `a check in ${syntax.name} that fails`);
    return outcome?.returned ?? null;
  }

  private block(body: readonly Statement[], names: Map<string, ScriptValue>): Outcome {
    for (const statement of body) {
      const outcome = this.statement(statement, names);
      if (outcome !== undefined) return outcome;
    }
    return undefined;
  }

  private statement(statement: Statement, names: Map<string, ScriptValue>): Outcome {
    this.effort.step();
    switch (statement.kind) {
      case 'assign': {
        const value = this.evaluate(statement.value, names);
        if (statement.unpack) this.unpack(statement.targets, value, names);
        else names.set(statement.targets[0]!, value);
        return undefined;
      }
      case 'setAttribute': {
        const of = this.evaluate(statement.of, names);
        if (!(of instanceof ScriptModule)) throw new ScriptError('unsupported', 'an assignment to an attribute');
        of.changed.set(statement.name, this.evaluate(statement.value, names));
        return undefined;
      }
      case 'setItem':
        throw new ScriptError('unsupported', 'an assignment to an item');
      case 'return':
        return { returned: statement.value === undefined ? null : this.evaluate(statement.value, names) };
      case 'expression':
        if (isRaise(statement.value)) return 'raised';
        this.evaluate(statement.value, names);
        return undefined;
      case 'if':
        return this.ifStatement(statement, names);
      case 'for': {
        const over = this.evaluate(statement.over, names);
        if (!(over instanceof ScriptList))
          throw new ScriptError('unsupported', 'a loop whose length depends on the input');
        if (over.items.length > MOST_ITERATIONS)
          throw new ScriptError('too-large', 'its program has a loop that is too long');
        for (const item of over.items) {
          names.set(statement.target, item);
          const outcome = this.block(statement.body, names);
          if (outcome !== undefined) return outcome;
        }
        return undefined;
      }
      case 'while':
        for (
          let count = 0;
          this.truth(this.evaluate(statement.condition, names), 'a loop that depends on values');
          count++
        ) {
          if (count >= MOST_ITERATIONS) throw new ScriptError('too-large', 'its program has a loop that is too long');
          const outcome = this.block(statement.body, names);
          if (outcome !== undefined) return outcome;
        }
        return undefined;
      case 'pass':
        return undefined;
    }
  }

  private ifStatement(statement: Extract<Statement, { kind: 'if' }>, names: Map<string, ScriptValue>): Outcome {
    const condition = this.evaluate(statement.condition, names);
    const known = truthOf(condition);
    if (known !== undefined) return this.block(known ? statement.then : statement.otherwise, names);
    // A check of the input: it is taken to hold.
    if (alwaysRaises(statement.then)) return this.block(statement.otherwise, names);
    if (alwaysRaises(statement.otherwise)) return this.block(statement.then, names);
    throw new ScriptError('unsupported', 'a branch that depends on values');
  }

  private unpack(targets: readonly string[], value: ScriptValue, names: Map<string, ScriptValue>): void {
    if (value instanceof Tensor) {
      const rows = callOperator(this.context, 'unbind', [value, 0], new Map());
      this.unpack(targets, rows, names);
      return;
    }
    if (!(value instanceof ScriptList) || value.items.length !== targets.length)
      throw new ScriptError('unsupported', `${targets.length} values from what has another number of them`);
    targets.forEach((target, index) => names.set(target, value.items[index]!));
  }

  private truth(value: ScriptValue, what: string): boolean {
    const known = truthOf(value);
    if (known === undefined) throw new ScriptError('unsupported', what);
    return known;
  }

  private evaluate(expression: Expression, names: Map<string, ScriptValue>): ScriptValue {
    this.effort.step();
    switch (expression.kind) {
      case 'integer':
        return expression.value;
      case 'float':
        return new Real(expression.value);
      case 'text':
      case 'constant':
        return expression.value;
      case 'name': {
        const value = names.get(expression.name);
        if (value !== undefined) return value;
        if (expression.name === 'inf' || expression.name === 'nan')
          return new Real(expression.name === 'inf' ? Infinity : NaN);
        if (expression.name === 'CONSTANTS') return new Inert('CONSTANTS');
        throw new ScriptError('corrupt', `its program uses ${expression.name} before it has a value`);
      }
      case 'list':
      case 'tuple':
        return new ScriptList(
          expression.items.map(item => this.evaluate(item, names)),
          expression.kind === 'tuple',
        );
      case 'dictionary': {
        const dict = new ScriptDict();
        for (const [key, value] of expression.entries)
          dict.entries.set(keyOf(this.evaluate(key, names)), this.evaluate(value, names));
        return dict;
      }
      case 'attribute':
        return this.attribute(expression, names);
      case 'subscript':
        return this.subscript(this.evaluate(expression.of, names), this.evaluate(expression.index, names));
      case 'unary': {
        const of = this.evaluate(expression.of, names);
        switch (expression.op) {
          case 'not': {
            const known = truthOf(of);
            return known === undefined ? UNKNOWN : !known;
          }
          case '+':
            return of;
          case '~':
            return callOperator(this.context, 'bitwise_not', [of], new Map());
          default:
            return callOperator(this.context, 'neg', [of], new Map());
        }
      }
      case 'binary':
        return this.binary(expression, names);
      case 'choice': {
        const known = this.truth(this.evaluate(expression.condition, names), 'a choice that depends on values');
        return this.evaluate(known ? expression.then : expression.otherwise, names);
      }
      case 'call':
        return this.call(expression, names);
    }
  }

  private binary(expression: Extract<Expression, { kind: 'binary' }>, names: Map<string, ScriptValue>): ScriptValue {
    const left = this.evaluate(expression.left, names);
    if (expression.op === 'and' || expression.op === 'or') {
      const known = this.truth(left, 'a condition that depends on values');
      return known === (expression.op === 'or') ? left : this.evaluate(expression.right, names);
    }
    const right = this.evaluate(expression.right, names);
    const operator = BINARY.get(expression.op);
    if (operator === undefined) throw new ScriptError('unsupported', `the operator ${expression.op}`);
    return callOperator(this.context, operator, [left, right], new Map());
  }

  private attribute(
    expression: Extract<Expression, { kind: 'attribute' }>,
    names: Map<string, ScriptValue>,
  ): ScriptValue {
    const path = dotted(expression);
    if (path?.startsWith('__torch__.') === true) {
      const found = this.library.get(path);
      if (found !== undefined) return found;
      throw new ScriptError('corrupt', `its program refers to ${path}, which is not in it`);
    }
    const of = this.evaluate(expression.of, names);
    return this.attributeOf(of, expression.name);
  }

  private attributeOf(of: ScriptValue, name: string): ScriptValue {
    if (of instanceof Inert && of.what === 'CONSTANTS') {
      const index = Number(/^c(\d+)$/.exec(name)?.[1] ?? NaN);
      const value = this.constants[index];
      if (value === undefined)
        throw new ScriptError('corrupt', `its program refers to the constant ${name}, which is not there`);
      // No dot: it is no tensor of a module.
      return this.saved(value, `${CONSTANT}${name}`, undefined);
    }
    if (of instanceof ScriptList && of.names !== undefined) {
      const index = of.names.indexOf(name);
      if (index >= 0) return of.items[index]!;
    }
    if (!(of instanceof ScriptModule)) throw new ScriptError('unsupported', `the attribute ${name}`);
    const changed = of.changed.get(name);
    if (changed !== undefined) return changed;
    if (name === 'training') {
      this.sawTraining ||= of.state.get('training') === true;
      return false;
    }
    const stored = of.state.get(name);
    if (stored !== undefined)
      return this.saved(stored, of.path === '' ? name : `${of.path}.${name}`, of.syntax?.attributes.get(name));
    const constant = of.syntax?.constants.get(name);
    if (constant !== undefined) return this.evaluate(constant, new Map());
    throw new ScriptError('corrupt', `its program reads ${name} of a module that has none`);
  }

  /** A value as it was saved with the module. */
  private saved(value: PickleValue, path: string, type: Expression | undefined): ScriptValue {
    if (value instanceof TorchTensor) {
      const state = stateTensor(path, value, undefined, 0);
      if (path.startsWith(CONSTANT) && value.size === 1 && value.shape.length === 0)
        return scalarOf(value, state.bytes(0, 1));
      return this.graph.weight(state);
    }
    if (value instanceof PickleObject) return this.module(path, value);
    if (value instanceof PickleList || value instanceof PickleTuple) {
      const items = value.items.map((item, index) => this.saved(item, `${path}.${index}`, undefined));
      return asType(new ScriptList(items, value instanceof PickleTuple), type);
    }
    if (value instanceof PickleDict) {
      const dict = new ScriptDict();
      for (const [key, item] of value.entries)
        if (typeof key === 'string' || typeof key === 'number')
          dict.entries.set(key, this.saved(item, `${path}.${key}`, undefined));
      return dict;
    }
    if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
    if (typeof value === 'number') return Number.isInteger(value) ? asType(value, type) : new Real(value);
    return new Inert(path);
  }

  private subscript(of: ScriptValue, index: ScriptValue): ScriptValue {
    if (of instanceof ScriptDict) {
      const value = of.entries.get(keyOf(index));
      if (value === undefined) throw new ScriptError('corrupt', 'its program looks up a key that is not there');
      return value;
    }
    if (of instanceof ScriptList && typeof index === 'number') {
      const value = of.items.at(index);
      if (value === undefined) throw new ScriptError('corrupt', 'its program looks up an item that is not there');
      return value;
    }
    if (of instanceof Tensor && typeof index === 'number')
      return callOperator(this.context, 'select', [of, 0, index], new Map());
    throw new ScriptError('unsupported', 'an item of what has none');
  }

  private call(expression: Extract<Expression, { kind: 'call' }>, names: Map<string, ScriptValue>): ScriptValue {
    const { of } = expression;
    const path = dotted(of);
    const first = path?.split('.')[0] ?? '';
    if (path !== undefined && !names.has(first)) {
      const special = this.special(path, expression, names);
      if (special !== undefined) return special.value;
    }
    const args = expression.args.map(arg => this.evaluate(arg, names));
    const named = new Map([...expression.named].map(([name, arg]) => [name, this.evaluate(arg, names)]));
    if (path !== undefined && !names.has(first) && first !== '__torch__')
      return callOperator(this.context, operatorName(path), args, named);
    if (of.kind === 'attribute' && path?.startsWith('__torch__.') !== true) {
      const object = this.evaluate(of.of, names);
      if (object instanceof ScriptModule && object.syntax?.methods.has(of.name) === true)
        return this.callMethod(object, of.name, args, named);
      const value = this.attributeOf(object, of.name);
      return this.callValue(value, args, named);
    }
    return this.callValue(this.evaluate(of, names), args, named);
  }

  private callValue(
    value: ScriptValue,
    args: readonly ScriptValue[],
    named: ReadonlyMap<string, ScriptValue>,
  ): ScriptValue {
    if (value instanceof ScriptFunction) return this.callFunction(value.syntax, args, named);
    if (value instanceof ScriptModule) return this.callMethod(value, 'forward', args, named);
    if (value instanceof ScriptClass && value.syntax.base === 'NamedTuple')
      return new ScriptList([...args], true, [...value.syntax.attributes.keys()]);
    throw new ScriptError(
      'unsupported',
      value instanceof ScriptClass ? `the class ${value.path}` : 'a call of what is no function',
    );
  }

  /** Forms that look like calls and are none: their arguments are types, or not evaluated. */
  private special(
    path: string,
    { args }: Extract<Expression, { kind: 'call' }>,
    names: Map<string, ScriptValue>,
  ): { readonly value: ScriptValue } | undefined {
    switch (path) {
      case 'annotate':
      case 'unchecked_cast':
        return { value: asType(this.evaluate(args[1]!, names), args[0]) };
      case 'uninitialized':
        return { value: new Inert('uninitialized') };
      case 'getattr': {
        const [of, name] = args;
        if (of === undefined || name?.kind !== 'text') return undefined;
        return { value: this.attributeOf(this.evaluate(of, names), name.value) };
      }
      case 'isinstance':
        throw new ScriptError('unsupported', 'a question for the type of a value');
      default:
        return undefined;
    }
  }
}

const BINARY: ReadonlyMap<string, string> = new Map([
  ['+', 'add'],
  ['-', 'sub'],
  ['*', 'mul'],
  ['/', 'div'],
  ['//', 'floordiv'],
  ['%', 'remainder'],
  ['**', 'pow'],
  ['@', 'matmul'],
  ['==', 'eq'],
  ['!=', 'ne'],
  ['<', 'lt'],
  ['<=', 'le'],
  ['>', 'gt'],
  ['>=', 'ge'],
  ['is', '__is__'],
  ['is not', '__isnot__'],
  ['in', '__contains__reversed'],
]);

/** torch.relu, ops.prim.NumToTensor, int: an operator by the last part of its path, unless it is of somebody's library. */
function operatorName(path: string): string {
  const parts = path.split('.');
  if (parts[0] === 'ops' && !['prim', 'aten'].includes(parts[1] ?? '')) return parts.slice(1).join('.');
  if (parts[0] === 'ops' || parts[0] === 'torch') return parts.slice(parts[0] === 'ops' ? 2 : 1).join('.');
  return path;
}

function dotted(expression: Expression): string | undefined {
  if (expression.kind === 'name') return expression.name;
  if (expression.kind !== 'attribute') return undefined;
  const of = dotted(expression.of);
  return of === undefined ? undefined : `${of}.${expression.name}`;
}

/** A whole number where a float is declared is that float. */
function asType(value: ScriptValue, type: Expression | undefined): ScriptValue {
  if (type === undefined) return value;
  if (type.kind === 'name') return type.name === 'float' && typeof value === 'number' ? new Real(value) : value;
  if (type.kind === 'subscript' && value instanceof ScriptList && type.of.kind === 'name' && type.of.name === 'List') {
    if (type.index.kind === 'name' && type.index.name === 'float')
      return new ScriptList(value.items.map(item => asType(item, type.index)));
    return value;
  }
  if (type.kind === 'subscript' && type.of.kind === 'name' && /^(Final|Optional)$/.test(type.of.name))
    return asType(value, type.index);
  return value;
}

function keyOf(value: ScriptValue): string | number | boolean | null {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value;
  throw new ScriptError('unsupported', 'a dictionary whose keys depend on values');
}

function isRaise(expression: Expression): boolean {
  return expression.kind === 'call' && dotted(expression.of) === 'ops.prim.RaiseException';
}

function alwaysRaises(body: readonly Statement[]): boolean {
  return body.some(statement => statement.kind === 'expression' && isRaise(statement.value));
}

function scalarOf({ type }: TorchTensor, bytes: Uint8Array<ArrayBuffer>): ScriptValue {
  let number = 0;
  decodeElements(type, bytes, 1, value => {
    number = value;
  });
  return /^float|^bfloat/.test(type) ? new Real(number) : type === 'bool' ? number !== 0 : number;
}
