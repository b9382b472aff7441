import type { OnnxModel } from './onnx/onnxModel';

/** A network in a form that a runtime takes. The tensors that layers name as their `output` are tensors of the program. */
export type Program = OnnxProgram;

/** For ONNX Runtime: the file itself, or a graph in memory that another format was brought to. */
export interface OnnxProgram {
  readonly kind: 'onnx';
  readonly model: OnnxModel;
}
