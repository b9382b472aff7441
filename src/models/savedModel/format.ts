import type { ByteSource, Siblings } from '../../base/bytes';
import { Fault } from '../../base/fault';
import type { ModelFormat } from '../formats';
import type { Model } from '../model';
import { TensorFlowGraphModel } from '../tensorflow/graphModel';
import { openBundle, type Bundle } from './bundle';
import { flattenGraph } from '../tensorflow/flatten';
import type { StoredGraph, StoredSignature } from '../tensorflow/storedGraph';
import { readSavedModel } from './readSavedModel';

/** The saved_model.pb of a SavedModel, with its variables in the folder beside it. */
export const savedModelFormat: ModelFormat = {
  name: 'TensorFlow SavedModel',

  match(source: ByteSource): boolean {
    if (source.size < 8) return false;
    // Version 1, and a graph that begins with what is known about it: tags and the version of TensorFlow.
    const head = source.read(0, 8);
    if (head[0] !== 0x08 || head[1] !== 0x01 || head[2] !== 0x12) return false;
    let at = 3;
    while (at < 7 && head[at]! > 127) at++;
    return head[at + 1] === 0x0a || head[at + 1] === 0x12;
  },

  open: openSavedModel,
};

function openSavedModel(source: ByteSource, siblings: Siblings): Model {
  const graphs = readSavedModel(source);
  const graph = graphs.find(one => one.tags.includes('serve')) ?? graphs[0]!;
  const signature = chooseSignature(graph);
  const hasVariables = graph.nodes.some(node => /^(VarHandleOp|VariableV2|Variable)$/.test(node.op));
  const variables: Bundle = hasVariables ? openBundle(siblings) : new Map();
  return new TensorFlowGraphModel({
    format: 'tensorflow-savedmodel',
    producer: graph.version === '' ? 'tensorflow' : `tensorflow ${graph.version}`,
    details: [
      { name: 'tags', value: graph.tags.join(', ') },
      { name: 'signature', value: signature.name },
      ...(graph.signatures.length > 1
        ? [{ name: 'signatures', value: graph.signatures.map(one => one.name).join(', ') }]
        : []),
      { name: 'variables', value: String(variables.size) },
    ],
    graph: flattenGraph(graph, signature, variables),
    source: source.name,
  });
}

/** What the model is asked when nothing else is said. */
function chooseSignature({ signatures }: StoredGraph): StoredSignature {
  const usable = signatures.filter(({ inputs, outputs }) => inputs.length > 0 && outputs.length > 0);
  const chosen = usable.find(one => one.name === 'serving_default') ?? usable[0];
  if (chosen !== undefined) return chosen;
  throw new Fault('unsupported', 'The SavedModel has no signature that takes and gives tensors.', {
    hint: 'Export it with model.export(...), or with signatures=... of tf.saved_model.save.',
  });
}
