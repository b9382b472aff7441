import type { ByteSource, Siblings } from '../../base/bytes';
import { Fault } from '../../base/fault';
import { formatBytes } from '../../base/numbers';
import type { ModelFormat } from '../formats';
import { asText, entry, isObject, parseJson, type Json } from '../json';
import { KerasModel } from '../keras/kerasModel';
import { readNetwork } from '../keras/readNetwork';
import { byName } from '../keras/storedWeights';
import { refuseUnsafe } from '../keras/unsafeConfig';
import type { Model } from '../model';
import { TensorFlowGraphModel } from '../tensorflow/graphModel';
import { readGraphDef } from './graphDefJson';
import { readManifest } from './weightsManifest';
import { writeTfjs } from './writeTfjs';

const HEAD_BYTES = 4096;
const LARGEST_TEXT = 256 * 2 ** 20;

/** The model.json of TensorFlow.js, with its files of weights beside it: a network of layers, or a graph. */
export const tfjsFormat: ModelFormat = {
  name: 'TensorFlow.js',

  match(source: ByteSource): boolean {
    const head = new TextDecoder('latin1').decode(source.read(0, Math.min(HEAD_BYTES, source.size)));
    if (!/^(\u00ef\u00bb\u00bf)?\s*\{/.test(head)) return false;
    if (/"(modelTopology|weightsManifest)"\s*:/.test(head) || /"format"\s*:\s*"(layers|graph)-model"/.test(head))
      return true;
    // The topology may be so long that the rest is at the end.
    const tail = new TextDecoder('latin1').decode(
      source.read(Math.max(0, source.size - HEAD_BYTES), Math.min(HEAD_BYTES, source.size)),
    );
    return /"weightsManifest"\s*:/.test(tail);
  },

  open: openTfjs,
  write: writeTfjs,
};

function openTfjs(source: ByteSource, siblings: Siblings): Model {
  if (source.size > LARGEST_TEXT) {
    throw new Fault(
      'too-large',
      `model.json has ${formatBytes(source.size)}; at most ${formatBytes(LARGEST_TEXT)} are read.`,
    );
  }
  const model = parseJson(decode(source.read(0, source.size)), 'model.json');
  const topology = entry(model, 'modelTopology');
  if (!isObject(topology))
    throw new Fault('corrupt', 'model.json holds no network: modelTopology is missing.', {
      hint: 'Save or convert the model again.',
    });
  const layers = entry(topology, 'node') === undefined;
  if (layers) refuseUnsafe(topology);
  const tensors = readManifest(entry(model, 'weightsManifest'), siblings);
  const producer = producerOf(model, topology);
  const details = detailsOf(model);
  if (!layers) {
    const signature = entry(model, 'signature') ?? entry(entry(model, 'userDefinedMetadata'), 'signature');
    return new TensorFlowGraphModel({
      format: 'tfjs-graph',
      producer,
      details,
      graph: readGraphDef(topology, signature, tensors),
      source: source.name,
    });
  }
  const config = isObject(entry(topology, 'model_config')) ? entry(topology, 'model_config')! : topology;
  const network = readNetwork(config);
  const version = asText(entry(topology, 'keras_version')) ?? '';
  return new KerasModel({
    format: 'tfjs-layers',
    producer,
    details: [{ name: 'network', value: network.name }, ...details],
    network,
    weights: byName(network.layers, tensors),
    modern: /^[3-9]/.test(version),
    source: source.name,
  });
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new Fault('corrupt', 'model.json is not UTF-8 text.', { cause });
  }
}

function producerOf(model: Json, topology: Json): string {
  const said = asText(entry(model, 'generatedBy'));
  const version = asText(entry(topology, 'keras_version'));
  if (said === undefined || said === '') return version ?? 'unknown';
  // The converter notes TensorFlow's version alone.
  return /^\d/.test(said) ? `tensorflow ${said}` : said;
}

function detailsOf(model: Json): Model['details'] {
  const converted = asText(entry(model, 'convertedBy'));
  return converted === undefined || converted === '' ? [] : [{ name: 'converted by', value: converted }];
}
