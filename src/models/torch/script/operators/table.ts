import { UNKNOWN_DOMAIN, type Graph } from '../graph';
import { ScriptError } from '../syntax';
import { ScriptList, Tensor, type ScriptValue } from '../values';
import { Args } from './args';
import { ACTIVATIONS } from './activations';
import { ARITHMETIC } from './arithmetic';
import { ATTENTION } from './attention';
import { COMPARISONS } from './comparisons';
import { CREATION } from './creation';
import { LAYERS } from './layers';
import { POOLING } from './pooling';
import { PRODUCTS } from './products';
import { PYTHON } from './python';
import { REARRANGING } from './rearranging';
import { RECURRENT } from './recurrent';
import { REDUCTIONS } from './reductions';
import { SHAPES } from './shapes';

/** What was noticed on the way that tells something of the input. */
export interface Notes {
  /** Features that the first dense layer takes whose input's are not known. */
  features: number | undefined;
  /** Lengths of the input that a layer takes for granted, by the key of the length. */
  readonly lengths: Map<string, number>;
}

export interface OperatorContext {
  readonly graph: Graph;
  readonly notes: Notes;
}

export type Operator = (context: OperatorContext, args: Args) => ScriptValue;

/** An operator by its name and parameters, as in native_functions.yaml of PyTorch: `conv2d(input, weight, bias=, stride=)`. */
export type OperatorTable = Readonly<Record<string, Operator>>;

interface Entry {
  readonly parameters: readonly string[];
  readonly run: Operator;
}

const entries = new Map<string, Entry>();
for (const table of [
  ACTIVATIONS,
  ARITHMETIC,
  ATTENTION,
  COMPARISONS,
  CREATION,
  LAYERS,
  POOLING,
  PRODUCTS,
  PYTHON,
  REARRANGING,
  RECURRENT,
  REDUCTIONS,
  SHAPES,
])
  for (const [signature, run] of Object.entries(table)) {
    const [, names, parameters] = /^([^(]+)\((.*)\)$/.exec(signature)!;
    const list = parameters === '' ? [] : parameters!.split(',').map(name => name.trim());
    for (const name of names!.split('|')) entries.set(name, { parameters: list, run });
  }

/**
 * Calls an operator. One in place (`relu_`) is the same as the one that is not, and its tensor is from then on the result. One that is not known leaves a node
 * that no runtime computes, so that what comes before can still be had. Throws `ScriptError`.
 */
export function callOperator(
  context: OperatorContext,
  name: string,
  args: readonly ScriptValue[],
  named: ReadonlyMap<string, ScriptValue>,
): ScriptValue {
  const exact = entries.get(name);
  if (exact !== undefined) return exact.run(context, new Args(name, exact.parameters, args, named));
  if (name.endsWith('_') && !name.startsWith('_')) {
    const plain = entries.get(name.slice(0, -1));
    const [self] = args;
    if (plain !== undefined && self instanceof Tensor) {
      const result = plain.run(context, new Args(name, plain.parameters, args, named));
      if (!(result instanceof Tensor) || self.partOf !== undefined)
        throw new ScriptError('unsupported', `torch.${name}, which writes to a part of a tensor`);
      self.name = result.name;
      self.type = result.type;
      self.dims = result.dims;
      return self;
    }
  }
  return unknownOperator(context, name, args);
}

function unknownOperator({ graph }: OperatorContext, name: string, args: readonly ScriptValue[]): ScriptValue {
  const tensors = args.flatMap(arg =>
    arg instanceof Tensor ? [arg] : arg instanceof ScriptList ? arg.items.filter(item => item instanceof Tensor) : [],
  );
  if (tensors.length === 0) throw new ScriptError('unsupported', name.includes('.') ? name : `torch.${name}`);
  graph.unknown++;
  return graph.emit(name, tensors, { domain: UNKNOWN_DOMAIN, type: 'float32', dims: undefined });
}
