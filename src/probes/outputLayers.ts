import type { Layer, Model } from '../models/model';

/**
 * The network's outputs of numbers as layers, for whoever names them: an exporter may have made outputs of what it is after, such as `attention_0` or
 * `hidden_3`, while the nodes that compute them have names of their own. Those that are called like a layer are that layer.
 */
export function outputLayers(model: Model): readonly Layer[] {
  const named = new Set(model.layers.map(layer => layer.name));
  return model.outputs.flatMap(({ name, shape, type }, index): Layer[] => {
    if (named.has(name) || !/^(float|bfloat)/.test(type)) return [];
    const tensor = tensorOf(model, index);
    if (tensor === undefined) return [];
    const layer = model.layers.find(one => one.output === tensor);
    return [
      {
        name,
        op: layer?.op ?? 'output',
        outputShape: shape ?? layer?.outputShape,
        parameters: 0,
        weights: [],
        output: tensor,
        channelAxis: layer?.channelAxis,
        inputs: layer?.inputs ?? [],
      },
    ];
  });
}

/** The tensor of an output in the network's program. */
function tensorOf({ program }: Model, index: number): string | undefined {
  switch (program?.kind) {
    case 'onnx':
      return program.model.file.graph.outputs[index]?.name;
    case 'tensorflow': {
      const port = program.model.file.graph.outputs[index];
      return port && (port.output === 0 ? port.node : `${port.node}:${port.output}`);
    }
    // Outputs of Keras are called as the layers that give them.
    case 'keras':
    case undefined:
      return undefined;
  }
}
