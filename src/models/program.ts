import type { KerasModel } from './keras/kerasModel';
import type { OnnxModel } from './onnx/onnxModel';
import type { TensorFlowGraphModel } from './tensorflow/graphModel';

/** A network in a form that a runtime takes. The tensors that layers name as their `output` are tensors of the program. */
export type Program = OnnxProgram | KerasProgram | TensorFlowProgram;

/** For ONNX Runtime: the file itself, or a graph in memory that another format was brought to. */
export interface OnnxProgram {
  readonly kind: 'onnx';
  readonly model: OnnxModel;
}

/** For TensorFlow.js: layers of Keras, one after the other. */
export interface KerasProgram {
  readonly kind: 'keras';
  readonly model: KerasModel;
}

/** For TensorFlow.js: a graph of TensorFlow's operators. */
export interface TensorFlowProgram {
  readonly kind: 'tensorflow';
  readonly model: TensorFlowGraphModel;
}
