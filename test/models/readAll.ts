import type { Model } from '../../src/models/model';

/** Reads what a model says of itself, what runs it, and every tensor. */
export function readAll(model: Model): void {
  void model.warnings;
  void model.unsupported;
  void model.program;
  for (const layer of model.layers)
    for (const weight of layer.weights) {
      const { shape, values } = model.readWeight(weight.name);
      if (values.length !== shape.reduce((a, b) => a * b, 1))
        throw new Error(`${weight.name} has ${values.length} values`);
    }
}
