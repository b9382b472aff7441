import { callOperator, type OperatorContext } from '../torch/script/operators/table';
import { Tensor, type ScriptValue } from '../torch/script/values';

interface ActivationRule {
  readonly operator: string;
  readonly named?: Readonly<Record<string, ScriptValue>>;
}

/** Activations by the names of torch.nn.functional, the commonest first, with the settings that those have by themselves. */
const RULES: Readonly<Record<string, ActivationRule>> = {
  relu: { operator: 'relu' },
  gelu: { operator: 'gelu' },
  tanh: { operator: 'tanh' },
  sigmoid: { operator: 'sigmoid' },
  silu: { operator: 'silu' },
  leaky_relu: { operator: 'leaky_relu' },
  elu: { operator: 'elu' },
  selu: { operator: 'selu' },
  gelu_tanh: { operator: 'gelu', named: { approximate: 'tanh' } },
  mish: { operator: 'mish' },
  relu6: { operator: 'relu6' },
  softplus: { operator: 'softplus' },
  hardswish: { operator: 'hardswish' },
  hardsigmoid: { operator: 'hardsigmoid' },
  hardtanh: { operator: 'hardtanh' },
  celu: { operator: 'celu' },
  softsign: { operator: 'softsign' },
  logsigmoid: { operator: 'log_sigmoid' },
  softmax: { operator: 'softmax', named: { dim: -1 } },
  log_softmax: { operator: 'log_softmax', named: { dim: -1 } },
};

export const NO_ACTIVATION = 'none';

/** All that can be chosen, without `none`. */
export const ACTIVATION_NAMES: readonly string[] = Object.keys(RULES);

export function isActivation(name: string): boolean {
  return Object.hasOwn(RULES, name);
}

export function applyActivation(context: OperatorContext, name: string, x: Tensor): Tensor {
  const { operator, named = {} } = RULES[name]!;
  const result = callOperator(context, operator, [x], new Map(Object.entries(named)));
  if (!(result instanceof Tensor)) throw new Error(`${operator} gave no tensor`);
  return result;
}
