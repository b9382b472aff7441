import { isQuantised } from '../../elements';
import type { OnnxNode } from '../protocol';
import type { OnnxUnits, UnitRule } from './onnxUnits';

const QUANTISED =
  'Weights that give or read them are quantised: fitted anew they would have to be rounded again, so that a cost could not be told. Prune the network before it is quantised.';

/** Which axis of a stored weight has the outputs. */
function outputAxis(node: OnnxNode, walk: OnnxUnits, rank: number): number {
  if (rank > 2) return 0;
  const reader = node.op === 'DequantizeLinear' ? walk.onlyReader(node.outputs[0]!) : node;
  return /Gemm$/.test(reader?.op ?? '') && reader!.attributes.get('transB')?.integer === 1 ? 0 : 1;
}

const quantised: UnitRule = (node, walk) => {
  walk.keepInputs(node, QUANTISED);
  for (const name of node.inputs) {
    const tensor = walk.model.tensorNamed(name);
    if (tensor === undefined || tensor.dims.length < 2 || !isQuantised(tensor.kind.type)) continue;
    const axis = outputAxis(node, walk, tensor.dims.length);
    const labels = walk.book.fresh(tensor.dims[axis]!);
    walk.book.keep(labels, QUANTISED);
    walk.book.gives(labels, name, axis);
  }
};

export const QUANTISED_RULES: readonly (readonly [string, UnitRule])[] = [
  'QuantizeLinear DequantizeLinear DynamicQuantizeLinear QLinearConv QLinearMatMul QGemm MatMulInteger ConvInteger',
  'MatMulIntegerToFloat DynamicQuantizeMatMul MatMulNBits MatMulBnb4 QAttention DynamicQuantizeLSTM QLinearAdd QLinearMul',
  'QLinearConcat QLinearAveragePool QLinearGlobalAveragePool QLinearLeakyRelu QLinearSigmoid QLinearSoftmax QLinearWhere',
]
  .flatMap(line => line.split(' '))
  .map(op => [op, quantised] as const);
