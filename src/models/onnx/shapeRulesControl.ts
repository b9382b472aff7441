import type { OnnxGraph } from './protocol';
import type { Dimension } from './protocol';
import type { ShapeRule, TensorFacts } from './shapes';

/** Both branches give the outputs: what they agree on is known. */
const conditional: ShapeRule = shapes => {
  const branches = ['then_branch', 'else_branch'].map(name => {
    const graph = shapes.attribute(name)?.graphs[0];
    return graph === undefined ? [] : shapes.subgraph(graph);
  });
  shapes.node.outputs.forEach((_, index) => {
    const [a, b] = branches.map(outputs => outputs[index]);
    const type = a?.type ?? b?.type;
    if (type !== undefined) shapes.output(index, common(a?.dims, b?.dims), type);
  });
};

/**
 * What is carried from turn to turn has a shape that holds in all of them: that of its first value, where the body keeps it. What a body gives in each
 * turn is stacked, along as many turns as there are.
 */
const loop: ShapeRule = shapes => {
  const body = shapes.attribute('body')?.graphs[0];
  if (body === undefined) return;
  const carried = shapes.node.inputs.slice(2).map((_, index) => shapes.input(index + 2));
  const counters: readonly (TensorFacts | undefined)[] = [
    { type: 'int64', dims: [] },
    { type: 'bool', dims: [] },
  ];
  const { state, others } = settle(
    carried,
    values => shapes.subgraph(body, [...counters, ...values]).slice(1),
    body.outputs.length - 1,
  );
  const turns = shapes.input(0)?.values?.[0];
  const isEndless = (shapes.node.inputs[1] ?? '') === '' || shapes.input(1)?.tensor !== undefined;
  // A condition of the body's may end it before.
  const length = typeof turns === 'number' && isEndless && passesCondition(body) ? turns : null;
  state.forEach((facts, index) => shapes.output(index, facts?.dims, facts?.type));
  others.forEach((facts, index) =>
    shapes.output(state.length + index, facts?.dims && [length, ...facts.dims], facts?.type),
  );
};

/** Scan, from opset 9 on: state and slices of sequences, `scan_input_axes` and `scan_output_axes` away. */
const scan: ShapeRule = shapes => {
  const body = shapes.attribute('body')?.graphs[0];
  const scanned = shapes.integer('num_scan_inputs', 0);
  const { inputs } = shapes.node;
  if (body === undefined || shapes.opset < 9 || scanned < 1 || scanned > inputs.length) return;
  const count = inputs.length - scanned;
  const carried = inputs.slice(0, count).map((_, index) => shapes.input(index));
  const axes = shapes.integers('scan_input_axes');
  let length: Dimension = null;
  const slices = inputs.slice(count).map((_, index): TensorFacts | undefined => {
    const sequence = shapes.input(count + index);
    const rank = sequence?.dims?.length;
    if (sequence === undefined || rank === undefined || rank === 0)
      return sequence && { type: sequence.type, dims: undefined };
    const axis = ((axes?.[index] ?? 0) + rank) % rank;
    length ??= sequence.dims![axis] ?? null;
    return { type: sequence.type, dims: sequence.dims!.filter((_, at) => at !== axis) };
  });
  const { state, others } = settle(
    carried,
    values => shapes.subgraph(body, [...values, ...slices]),
    body.outputs.length,
  );
  state.forEach((facts, index) => shapes.output(index, facts?.dims, facts?.type));
  const outputAxes = shapes.integers('scan_output_axes');
  others.forEach((facts, index) => {
    const dims = facts?.dims;
    const rank = (dims?.length ?? 0) + 1;
    const axis = ((outputAxes?.[index] ?? 0) + rank) % rank;
    shapes.output(count + index, dims && [...dims.slice(0, axis), length, ...dims.slice(axis)], facts?.type);
  });
};

export const CONTROL_RULES: readonly [string, ShapeRule][] = [
  ['If', conditional],
  ['Loop', loop],
  ['Scan', scan],
];

interface Settled {
  readonly state: readonly (TensorFacts | undefined)[];
  /** What the body gives beside the state, of one turn. */
  readonly others: readonly (TensorFacts | undefined)[];
}

/** Goes through the body until shapes of what is carried hold: a dimension that changes from turn to turn is free, a changing rank unknown. */
function settle(
  initial: readonly (TensorFacts | undefined)[],
  turn: (state: readonly (TensorFacts | undefined)[]) => readonly (TensorFacts | undefined)[],
  outputs: number,
): Settled {
  let state: readonly (TensorFacts | undefined)[] = initial.map(
    facts => facts && { type: facts.type, dims: facts.dims },
  );
  // Each pass can only free dimensions, and after two the rest is given up.
  for (let pass = 0; ; pass++) {
    const given = turn(state);
    const next = state.map((facts, index): TensorFacts | undefined => {
      const after = given[index];
      const type = facts?.type ?? after?.type;
      const dims = pass < 2 ? common(facts?.dims, after?.dims) : undefined;
      return { type, dims };
    });
    const holds = next.every((facts, index) => sameDims(facts?.dims, state[index]?.dims));
    if (holds || pass === 2) {
      const others = Array.from({ length: Math.max(0, outputs - state.length) }, (_, i) => given[state.length + i]);
      return { state: next, others: holds ? others : others.map(one => one && { type: one.type, dims: undefined }) };
    }
    state = next;
  }
}

function common(a: TensorFacts['dims'], b: TensorFacts['dims']): TensorFacts['dims'] {
  if (a === undefined || a.length !== b?.length) return undefined;
  return a.map((dim, axis) => (dim === b[axis] ? dim : null));
}

function sameDims(a: TensorFacts['dims'], b: TensorFacts['dims']): boolean {
  return a === b || (a !== undefined && a.length === b?.length && a.every((dim, axis) => dim === b[axis]));
}

/** Whether the body hands on the condition that it was given. */
function passesCondition(body: OnnxGraph): boolean {
  const given = body.inputs[1]?.name;
  let name = body.outputs[0]?.name;
  for (let steps = 0; steps < 8 && name !== undefined; steps++) {
    if (name === given) return true;
    const node = body.nodes.find(one => one.outputs.includes(name!));
    if (node?.op !== 'Identity') return node?.op === 'Constant';
    name = node.inputs[0];
  }
  return false;
}
