import { Fault } from '../../base/fault';
import type { StoredTensor } from '../storedTensor';
import type { Attribute, GraphNode, NodeInput, TensorFlowGraph } from './graph';
import type { StoredFunction, StoredGraph, StoredNode, StoredSignature } from './storedGraph';

const CALLS = /^(Stateful)?PartitionedCall$/;
const LOOPS = /^(Stateless)?While$/;
const BRANCHES = /^(Stateless)?If$/;
/** In whose place other nodes stand. */
const REPLACED = /^((Stateful)?PartitionedCall|(Stateless)?(While|If))$/;
const MOST_NODES = 500_000;
const DEEPEST = 100;
/** Calls of which each waits for what another gives. */
const LONGEST_WAIT = 1000;

/** Outputs of operators that have several, by the names that functions call them by; a number counts within a name. */
const OUTPUTS: ReadonlyMap<string, readonly string[]> = new Map([
  ...['', 'V2', 'V3'].map((version): [string, string[]] => [
    `FusedBatchNorm${version}`,
    ['y', 'batch_mean', 'batch_variance', 'reserve_space_1', 'reserve_space_2', 'reserve_space_3'],
  ]),
  ['TopKV2', ['values', 'indices']],
  ['Unique', ['y', 'idx']],
  ['UniqueV2', ['y', 'idx']],
  ['Switch', ['output_false', 'output_true']],
  ['Merge', ['output', 'value_index']],
  ['MaxPoolWithArgmax', ['output', 'argmax']],
]);

/**
 * One graph without functions, for one signature: the bodies of what is called stand in the place of the calls, those of loops and branches between the
 * operators that TensorFlow had for them before it had functions (Switch, Merge, Enter, Exit, NextIteration), and variables in the place of what reads them. A node keeps its name where no other has it, else it gets that of the call before it.
 *
 * `keepsNames` where the names of constants are unique in the file, and are to stay however often a function is called.
 * Throws `corrupt` for calls of functions that are not there or call themselves, `too-large` for bodies that multiply without end.
 */
export function flattenGraph(
  stored: StoredGraph,
  signature: StoredSignature,
  variables: ReadonlyMap<string, StoredTensor>,
  keepsNames = false,
): TensorFlowGraph {
  const flattening = new Flattening(stored, variables, keepsNames);
  const port = ({ name, tensor, type, shape }: StoredSignature['inputs'][number]) => ({
    name,
    ...flattening.place(tensor),
    shape,
    type,
  });
  const inputs = signature.inputs.map(port);
  const outputs = signature.outputs.map(port);
  flattening.finish();
  return { nodes: flattening.nodes, tensors: flattening.tensors, inputs, outputs };
}

/** Nodes among which names are looked up: the graph itself, or one call of a function. */
interface Scope {
  readonly nodes: ReadonlyMap<string, StoredNode>;
  /** What the function was called with; undefined for the graph. */
  readonly given: ReadonlyMap<string, NodeInput> | undefined;
  readonly prefix: string;
  readonly depth: number;
  readonly names: Map<string, string>;
  readonly calls: Map<string, readonly NodeInput[]>;
  /** Calls whose arguments or results are being looked up. */
  readonly waiting: Set<string>;
}

class Flattening {
  readonly nodes: GraphNode[] = [];
  readonly tensors = new Map<string, StoredTensor>();
  private readonly taken = new Set<string>();
  private readonly top: Scope;
  /** Scopes whose nodes are still to be written. */
  private readonly pending: Scope[] = [];
  /** How many calls wait for what others give. */
  private waits = 0;
  private readonly keys: ReadonlyMap<string, string>;
  private readonly handles = new Map<string, StoredNode>();

  constructor(
    private readonly stored: StoredGraph,
    private readonly variables: ReadonlyMap<string, StoredTensor>,
    private readonly keepsNames: boolean,
  ) {
    this.top = this.scope(stored.nodes, undefined, '', 0);
    for (const node of stored.nodes)
      if (/^(VarHandleOp|VariableV2|Variable)$/.test(node.op)) this.handles.set(node.name, node);
    this.keys = checkpointKeys(stored, text => this.place(text).node);
  }

  /** A tensor of the graph itself, by its text. */
  place(text: string): NodeInput {
    return this.resolve(this.top, text);
  }

  finish(): void {
    for (let scope = this.pending.shift(); scope !== undefined; scope = this.pending.shift()) {
      for (const node of scope.nodes.values()) if (!REPLACED.test(node.op)) this.write(scope, node);
    }
  }

  private scope(nodes: readonly StoredNode[], given: Scope['given'], prefix: string, depth: number): Scope {
    const scope: Scope = {
      nodes: new Map(nodes.map(node => [node.name, node])),
      given,
      prefix,
      depth,
      names: new Map(),
      calls: new Map(),
      waiting: new Set(),
    };
    if (scope.nodes.size !== nodes.length) throw broken('two nodes have the same name');
    this.pending.push(scope);
    for (const { name } of nodes) {
      let unique = name;
      for (let tries = 0; this.taken.has(unique); tries++)
        unique = `${prefix}/${name}${tries === 0 ? '' : `_${tries}`}`;
      this.taken.add(unique);
      scope.names.set(name, unique);
    }
    if (this.taken.size > MOST_NODES)
      throw new Fault('too-large', `The graph has more than ${MOST_NODES} nodes when its functions are put in place.`);
    return scope;
  }

  /** `name`, or `name:1`; in a function also an argument, or `name:output:0`. */
  private resolve(scope: Scope, text: string): NodeInput {
    const argument = scope.given?.get(text);
    if (argument !== undefined) return argument;
    const parts = text.split(':');
    const node = scope.nodes.get(parts[0]!);
    if (node === undefined) throw broken(`it reads from ${JSON.stringify(parts[0])}, which is not there`);
    const number = Number(parts.at(-1));
    const within = parts.length > 1 && Number.isSafeInteger(number) ? number : 0;
    const word = scope.given === undefined ? undefined : parts[1];
    const output = word === undefined ? within : Math.max(0, OUTPUTS.get(node.op)?.indexOf(word) ?? 0) + within;
    if (!REPLACED.test(node.op)) return { node: scope.names.get(node.name)!, output };
    const results = this.call(scope, node);
    const result = results[output];
    if (result === undefined) throw broken(`the call ${JSON.stringify(node.name)} gives no output ${output}`);
    return result;
  }

  /** The outputs of a call, whose body is put in place. */
  private call(scope: Scope, node: StoredNode): readonly NodeInput[] {
    const known = scope.calls.get(node.name);
    if (known !== undefined) return known;
    if (scope.waiting.has(node.name)) throw broken(`the call ${JSON.stringify(node.name)} reads its own output`);
    if (this.waits >= LONGEST_WAIT)
      throw new Fault('too-large', `More than ${LONGEST_WAIT} calls in the graph wait for each other.`);
    scope.waiting.add(node.name);
    this.waits++;
    const results = this.resultsOf(scope, node);
    this.waits--;
    scope.waiting.delete(node.name);
    scope.calls.set(node.name, results);
    return results;
  }

  private resultsOf(scope: Scope, node: StoredNode): readonly NodeInput[] {
    const given = node.inputs.filter(input => !input.startsWith('^')).map(input => this.resolve(scope, input));
    if (LOOPS.test(node.op)) return this.loop(scope, node, given);
    if (BRANCHES.test(node.op)) return this.branch(scope, node, given);
    return this.inline(scope, node, this.called(node, 'f'), given);
  }

  private called(node: StoredNode, attribute: string): StoredFunction {
    const name = node.attributes.get(attribute)?.function;
    const called = name === undefined ? undefined : this.stored.functions.get(name);
    if (called === undefined) throw broken(`the call ${JSON.stringify(node.name)} is of a function that is not there`);
    return called;
  }

  /** Puts a function's body in place, and gives its outputs. */
  private inline(
    scope: Scope,
    node: StoredNode,
    called: StoredFunction,
    given: readonly NodeInput[],
  ): readonly NodeInput[] {
    if (scope.depth >= DEEPEST)
      throw broken(`the function ${JSON.stringify(called.name)} calls itself, or others without end`);
    if (given.length < called.inputs.length)
      throw broken(`the call ${JSON.stringify(node.name)} gives too few arguments`);
    const body = this.scope(
      called.nodes,
      new Map(called.inputs.map((input, i) => [input, given[i]!])),
      scope.names.get(node.name)!,
      scope.depth + 1,
    );
    return called.outputs.map(output => this.resolve(body, called.returns.get(output) ?? output));
  }

  /** A node of our own, named after the one that it stands for. */
  private own(
    base: string,
    op: string,
    inputs: readonly NodeInput[],
    attributes: readonly (readonly [string, Attribute])[] = [],
  ): string {
    let name = `${base}/${op}`;
    for (let tries = 1; this.taken.has(name); tries++) name = `${base}/${op}_${tries}`;
    this.taken.add(name);
    this.nodes.push({ name, op, inputs, attributes: new Map(attributes) });
    return name;
  }

  /**
   * A loop as TensorFlow lowers it (lower_while_op.cc): what changes from turn to turn goes through Enter, Merge and Switch to the body, from there through
   * NextIteration to the next turn, and through Exit out of it. Variables are the same in every turn.
   */
  private loop(scope: Scope, node: StoredNode, given: readonly NodeInput[]): readonly NodeInput[] {
    const [condition, body] = [this.called(node, 'cond'), this.called(node, 'body')];
    const base = scope.names.get(node.name)!;
    if (given.length !== body.outputs.length) throw broken(`the loop ${JSON.stringify(node.name)} loses a value`);
    const stays = given.map(input => this.handles.has(input.node));
    const turns = given.map((input, i): NodeInput & { readonly merge?: number } => {
      if (stays[i] === true) return input;
      const frame: readonly [string, Attribute] = ['frame_name', { text: base }];
      const enter = this.own(base, 'Enter', [input], [frame, ['is_constant', { flag: false }]]);
      const merge = this.own(base, 'Merge', [{ node: enter, output: 0 }]);
      return { node: merge, output: 0, merge: this.nodes.length - 1 };
    });
    const [holds] = this.inline(scope, node, condition, turns);
    if (holds === undefined) throw broken(`the loop ${JSON.stringify(node.name)} has no condition`);
    const go = { node: this.own(base, 'LoopCond', [holds]), output: 0 };
    const switches = turns.map((turn, i) => (stays[i] === true ? '' : this.own(base, 'Switch', [turn, go])));
    const inside = turns.map((turn, i) => (stays[i] === true ? turn : { node: switches[i]!, output: 1 }));
    const results = this.inline(scope, node, body, inside);
    return turns.map((turn, i) => {
      if (turn.merge === undefined) return turn;
      const next = this.own(base, 'NextIteration', [results[i]!]);
      const merge = this.nodes[turn.merge]!;
      this.nodes[turn.merge] = { ...merge, inputs: [...merge.inputs, { node: next, output: 0 }] };
      return { node: this.own(base, 'Exit', [{ node: switches[i]!, output: 0 }]), output: 0 };
    });
  }

  /** Two branches as TensorFlow lowers them (lower_if_op.cc); what a branch gives counts only where that branch is taken, also where it is a constant. */
  private branch(scope: Scope, node: StoredNode, [chosen, ...given]: readonly NodeInput[]): readonly NodeInput[] {
    const base = scope.names.get(node.name)!;
    if (chosen === undefined) throw broken(`the branch ${JSON.stringify(node.name)} has no condition`);
    const switched = given.map(input =>
      this.handles.has(input.node) ? undefined : this.own(base, 'Switch', [input, chosen]),
    );
    const taken = (attribute: string, output: number) => {
      const inputs = given.map((input, i) => (switched[i] === undefined ? input : { node: switched[i], output }));
      const results = this.inline(scope, node, this.called(node, attribute), inputs);
      return results.map(result => ({ node: this.own(base, 'Switch', [result, chosen]), output }));
    };
    const [yes, no] = [taken('then_branch', 1), taken('else_branch', 0)];
    if (yes.length !== no.length) throw broken(`the branches of ${JSON.stringify(node.name)} give different values`);
    return yes.map((result, i) => ({ node: this.own(base, 'Merge', [no[i]!, result]), output: 0 }));
  }

  private write(scope: Scope, node: StoredNode): void {
    const name = scope.names.get(node.name)!;
    const { op, attributes } = node;
    const texts = node.inputs.filter(input => !input.startsWith('^'));
    if (node.value !== undefined) this.tensors.set(name, this.keepsNames ? node.value : { ...node.value, name });
    const inputs = texts.map(text => this.resolve(scope, text));
    if (op === 'ReadVariableOp') {
      const tensor = this.variableOf(inputs[0]);
      if (tensor !== undefined) {
        this.tensors.set(name, tensor);
        this.nodes.push({ name, op, inputs: [], attributes });
        return;
      }
    }
    if (/^(VarHandleOp|VariableV2|Variable)$/.test(op)) {
      const tensor = this.variable(node);
      if (tensor !== undefined) this.tensors.set(name, tensor);
    }
    if (op === 'ResourceGather') {
      const tensor = this.variableOf(inputs[0]);
      if (tensor !== undefined && inputs[1] !== undefined) {
        this.gather(name, tensor, inputs[1], attributes);
        return;
      }
    }
    this.nodes.push({ name, op, inputs, attributes });
  }

  /** An embedding looks rows up in a variable: a constant, a lookup, and the axis 0. */
  private gather(
    name: string,
    table: StoredTensor,
    indices: NodeInput,
    attributes: ReadonlyMap<string, Attribute>,
  ): void {
    const axis: StoredTensor = {
      name: `${name}/axis`,
      type: 'int32',
      shape: [],
      size: 1,
      bytes: (_, count) => new Uint8Array(4 * count),
    };
    const params = `${name}/params`;
    this.tensors.set(params, table);
    this.tensors.set(axis.name, axis);
    this.nodes.push({ name: params, op: 'Const', inputs: [], attributes: new Map([['dtype', { type: table.type }]]) });
    this.nodes.push({ name: axis.name, op: 'Const', inputs: [], attributes: new Map([['dtype', { type: 'int32' }]]) });
    const inputs = [{ node: params, output: 0 }, indices, { node: axis.name, output: 0 }];
    this.nodes.push({
      name,
      op: 'GatherV2',
      inputs,
      attributes: new Map([...attributes, ['T', { type: table.type }]]),
    });
  }

  private variableOf(resource: NodeInput | undefined): StoredTensor | undefined {
    const handle = resource === undefined ? undefined : this.handles.get(resource.node);
    return handle === undefined ? undefined : this.variable(handle);
  }

  private readonly found = new Map<string, StoredTensor>();

  /** One tensor a variable, however often it is read; called by the name that its author gave it. */
  private variable(handle: StoredNode): StoredTensor | undefined {
    const known = this.found.get(handle.name);
    if (known !== undefined) return known;
    const shared = handle.attributes.get('shared_name')?.text;
    const key = this.keys.get(handle.name);
    const stored = [key, shared, handle.name]
      .map(one => (one === undefined ? undefined : this.variables.get(one)))
      .find(one => one !== undefined);
    if (stored === undefined) return undefined;
    const name = shared === undefined || shared === '' ? handle.name : shared;
    const tensor = { ...stored, name };
    this.found.set(handle.name, tensor);
    return tensor;
  }
}

/** Which key of the checkpoint each variable is restored from: what the graph's own way of restoring says. */
function checkpointKeys(stored: StoredGraph, handleOf: (text: string) => string): ReadonlyMap<string, string> {
  const keys = new Map<string, string>();
  const read = (nodes: readonly StoredNode[], handle: (text: string) => string | undefined) => {
    const byName = new Map(nodes.map(node => [node.name, node]));
    const source = (text: string | undefined) => byName.get(text?.split(':')[0] ?? '');
    for (const node of nodes) {
      if (node.op !== 'AssignVariableOp' && node.op !== 'Assign') continue;
      let text = node.inputs[1];
      for (let tries = 0; tries < 4 && source(text)?.op === 'Identity'; tries++) text = source(text)?.inputs[0];
      const restore = source(text);
      if (restore?.op !== 'RestoreV2') continue;
      const names = source(restore.inputs[1])?.texts;
      const key = names?.[Number(text?.split(':').at(-1)) || 0];
      const variable = handle(node.inputs[0] ?? '');
      if (key !== undefined && variable !== undefined) keys.set(variable, key);
    }
  };
  read(stored.nodes, text => text.split(':')[0]);
  for (const call of stored.nodes) {
    const called = CALLS.test(call.op) ? stored.functions.get(call.attributes.get('f')?.function ?? '') : undefined;
    if (called?.nodes.some(node => node.op === 'RestoreV2') !== true) continue;
    const given = call.inputs.filter(input => !input.startsWith('^'));
    read(called.nodes, text => {
      const argument = given[called.inputs.indexOf(text)];
      return argument === undefined ? undefined : handleOf(argument);
    });
  }
  return keys;
}

function broken(what: string): Fault {
  return new Fault('corrupt', `The graph is broken: ${what}.`, { hint: 'Export the model again.' });
}
