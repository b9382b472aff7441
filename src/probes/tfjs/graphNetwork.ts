import type { TensorFlowGraphModel } from '../../models/tensorflow/graphModel';
import { parseInput } from '../../models/tensorflow/graph';
import type { Network } from '../network';
import type { ClassOutput } from '../outputs';
import type { RuntimeOptions } from '../runtime';
import { GraphSession } from './graphSession';
import { loadLibrary } from './loadLibrary';

/** A TensorFlow graph for TensorFlow.js. */
export async function graphNetwork(model: TensorFlowGraphModel, options: RuntimeOptions): Promise<Network> {
  const runtime = await loadLibrary(options);
  const { kind, name, version } = runtime;
  const inputs = new Map(model.inputs.map(input => [input.name, input.shape]));
  return {
    runtime: { kind, name, version },
    sourceName: model.file.source,
    classOutput: classOutput(model),
    dims: tensor => {
      const shape = inputs.get(tensor) ?? model.shapes.get(parseInput(tensor)?.node ?? tensor);
      // Recurrent layers have the steps first: then the only free axis is the rows'.
      const free = shape?.filter(dim => dim === null).length === 1 ? shape.indexOf(null) : 0;
      return shape?.map((dim, axis) => (axis === free ? (dim ?? 'batch') : dim));
    },
    open: tensors => GraphSession.open(runtime, model, tensors),
  };
}

/** Operators that leave values as they are. */
const CARRYING = /^(Identity|IdentityN|Cast|Squeeze|ExpandDims|Reshape|StopGradient)$/;

/** The first output of floats with one value, or one a class, for each row; else the first of whole numbers with one a row. */
function classOutput(model: TensorFlowGraphModel): ClassOutput | undefined {
  const nodes = new Map(model.ordered.map(node => [node.name, node]));
  let label: ClassOutput | undefined;
  model.file.graph.outputs.forEach(({ name, node, output, type }, i) => {
    const shape = model.outputs[i]?.shape;
    const wide = shape?.slice(1).filter(dim => dim !== 1).length ?? 0;
    const tensor = output === 0 ? node : `${node}:${output}`;
    if (/^u?int/.test(type)) label ??= wide === 0 ? { name, tensor, kind: 'label', sigmoid: false } : undefined;
  });
  const found = model.file.graph.outputs.findIndex(({ type }, i) => {
    const shape = model.outputs[i]?.shape;
    return (
      type.startsWith('float') && shape?.length !== 0 && (shape?.slice(1).filter(dim => dim !== 1).length ?? 0) <= 1
    );
  });
  const scores = model.file.graph.outputs[found];
  if (scores === undefined) return label;
  let last = nodes.get(scores.node);
  while (last !== undefined && CARRYING.test(last.op)) last = nodes.get(last.inputs[0]?.node ?? '');
  const sigmoid = last?.op === 'Sigmoid' || last?.attributes.get('fused_ops')?.texts?.at(-1) === 'Sigmoid';
  const tensor = scores.output === 0 ? scores.node : `${scores.node}:${scores.output}`;
  return { name: scores.name, tensor, kind: 'scores', sigmoid };
}
