import { isFloat } from '../../models/elements';
import type { OnnxModel } from '../../models/onnx/onnxModel';
import type { ClassOutput } from '../outputs';

/** Operators between a sigmoid and the output that leave its values as they are. */
const CARRYING = /^(Identity|Cast|Squeeze|Unsqueeze|Reshape|Flatten)$/;

/**
 * Finds the output of class scores: the first of floats with one value, or one a class, for each row; else the first of whole
 * numbers with one a row. `undefined` where there is none, as for networks that answer for every pixel or token.
 */
export function classOutput(model: OnnxModel): ClassOutput | undefined {
  const { nodes, producer } = model.ordered;
  const producerOf = (tensor: string) => {
    const index = producer.get(tensor);
    return index === undefined ? undefined : nodes[index]!;
  };
  let label: ClassOutput | undefined;
  for (const { name } of model.outputs) {
    const node = producerOf(name);
    const tensor = node?.op === 'ZipMap' ? (node.inputs[0] ?? name) : name;
    const facts = model.facts.get(tensor);
    const perRow = facts?.dims?.slice(1);
    if (facts?.dims?.length === 0) continue;
    const wide = perRow?.filter(dim => dim !== 1).length ?? 0;
    if (wide > 1) continue;
    if (facts?.type === undefined || isFloat(facts.type)) {
      let last = producerOf(tensor);
      while (last !== undefined && CARRYING.test(last.op)) last = producerOf(last.inputs[0] ?? '');
      return { name, tensor, kind: 'scores', sigmoid: last?.op === 'Sigmoid' || last?.op === 'HardSigmoid' };
    }
    if (label === undefined && wide === 0 && /^u?int/.test(facts.type))
      label = { name, tensor, kind: 'label', sigmoid: false };
  }
  return label;
}
