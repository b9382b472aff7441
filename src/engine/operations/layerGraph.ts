import { placeLayers, type PlacedGraph } from '../../analyses/layerGraph/layerGraph';
import type { OperationContext } from '../operationContext';
import type { LayerGraphInput } from '../operationTypes';

export function layerGraph({ layers, open }: LayerGraphInput, context: OperationContext<never>): PlacedGraph {
  return placeLayers(layers, open, context.cancellation);
}
