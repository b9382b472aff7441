import type { OutlineResult } from '../../protocol/describe';

/**
 * The shape of one row's batch, as the first layer with weights suggests it: "1,64" where that layer joins 64 inputs with all its
 * outputs. A convolution tells its channels, not how large the image is, so that 32 × 32 is only a place to begin.
 */
export function likelyShape({ inputs, layers }: Pick<OutlineResult, 'inputs' | 'layers'>): string | undefined {
  const known = inputs.length === 1 ? inputs[0]?.shape : undefined;
  if (known && known.length > 1 && known.slice(1).every(size => size !== null)) return [1, ...known.slice(1)].join(',');
  const first = layers.flatMap(layer => layer.weights).find(weight => weight.trained && weight.shape.length > 1);
  if (first?.shape.length === 2) return `1,${first.shape[1]!}`;
  if (first?.shape.length === 3) return `1,${first.shape[1]!},128`;
  if (first?.shape.length === 4) return `1,${first.shape[1]!},32,32`;
  return undefined;
}
