import { innerPart, tensorName, type KerasModel, type KerasStep } from '../../models/keras/kerasModel';
import { axesOf } from '../../models/keras/layerShapes';
import { maskRule } from '../../models/keras/masks';
import type { Shape } from '../../models/model';
import type { Network } from '../network';
import type { ClassOutput } from '../outputs';
import type { RuntimeOptions } from '../runtime';
import { KerasSession } from './kerasSession';
import { loadLibrary } from './loadLibrary';

/** A Keras network for TensorFlow.js. */
export async function kerasNetwork(model: KerasModel, options: RuntimeOptions): Promise<Network> {
  const runtime = await loadLibrary(options);
  const { kind, name, version } = runtime;
  const shapes = new Map(model.steps.map(step => [step.output, step.shape]));
  const inputs = new Map(
    model.steps.filter(step => step.layer.className === 'InputLayer').map(step => [step.name, step.shape]),
  );
  return {
    runtime: { kind, name, version },
    sourceName: model.file.source,
    classOutput: classOutput(model),
    // Keras has one free dimension that all tensors share: their first.
    dims: tensor =>
      (shapes.get(tensor) ?? inputs.get(tensor) ?? innerShape(model, tensor))?.map((dim, axis) =>
        axis === 0 ? (dim ?? 'batch') : dim,
      ),
    masksItself: model.steps.some(step => maskRule(step.layer, step.settings) === 'made'),
    open: tensors => Promise.resolve().then(() => KerasSession.open(runtime, model, tensors)),
  };
}

/** As many positions as the layer gives, and as many channels as its last kernel reads. */
function innerShape(model: KerasModel, tensor: string): Shape | undefined {
  const inner = innerPart(tensor);
  const step = inner && model.steps.find(one => one.output === inner.output);
  if (step?.shape === undefined) return undefined;
  const role = inner!.part === 'across' ? 'pointwise_kernel' : 'attention_output/kernel';
  const kernel = model.weights.get(step.layer.name)?.find(weight => weight.role === role);
  const { channel } = axesOf(step.settings, step.shape.length);
  const width = kernel?.tensor.shape.slice(0, -1).reduce((a, b) => a * b, 1) ?? null;
  return [...step.shape.filter((_, axis) => axis !== channel), width];
}

/** The first output with one value, or one a class, for each row. */
function classOutput(model: KerasModel): ClassOutput | undefined {
  const byOutput = new Map(model.steps.map(step => [step.output, step]));
  for (const reference of model.file.network.outputs) {
    const tensor = tensorName(reference);
    const step = byOutput.get(tensor);
    if (step === undefined) continue;
    const wide = step.shape?.slice(1).filter(dim => dim !== 1).length ?? 0;
    if (wide <= 1) return { name: step.name, tensor, kind: 'scores', sigmoid: endsInSigmoid(step, byOutput) };
  }
  return undefined;
}

/** Whether the last thing that changes values is a sigmoid. */
function endsInSigmoid(last: KerasStep, byOutput: ReadonlyMap<string, KerasStep>): boolean {
  let step: KerasStep | undefined = last;
  while (step !== undefined && /^(Dropout|Flatten|Reshape|Identity)$/.test(step.settings.className)) {
    step = byOutput.get(step.inputs[0] ?? '');
  }
  if (step === undefined) return false;
  return step.layer.className === 'Sigmoid' || /^(hard_)?sigmoid$/.test(step.settings.function('activation') ?? '');
}
