import type { ByteSource, Siblings } from '../../base/bytes';
import { JsonText } from '../../base/jsonText';
import { SplicedSource } from '../../base/splicedSource';
import { decodeUtf8, encodeUtf8 } from '../../base/utf8';
import { checkNames, refuseStructure, type BesideName, type ModelChanges, type WrittenModel } from '../changes';
import { asList, asText, entry, isObject, type Json, type JsonObject } from '../json';
import { changeNetwork } from '../keras/kerasChanges';
import { readNetwork } from '../keras/readNetwork';
import { byName } from '../keras/storedWeights';
import { changeManifest } from './changedManifest';
import { changeGraph, changeSignature } from './graphChanges';

const MAX_DEPTH = 200;

/**
 * A model.json with its shards, with some of its weights, layers or nodes changed; the text of what stays is that of the file. Throws what reading such a model throws,
 * `not-found`, `shape-mismatch`.
 */
export function writeTfjs(
  source: ByteSource,
  siblings: Siblings,
  changes: ModelChanges,
  besideName: BesideName,
): WrittenModel {
  const written = decodeUtf8(source.read(0, source.size))!;
  const mark = written.startsWith('\ufeff') ? '\ufeff' : '';
  const text = new JsonText(written.slice(mark.length), { maxDepth: MAX_DEPTH });
  const model = text.value as JsonObject;
  const topology = entry(model, 'modelTopology') as JsonObject;
  const isGraph = entry(topology, 'node') !== undefined;
  refuseStructure(changes, isGraph ? 'TensorFlow.js graph' : 'TensorFlow.js layers', isGraph ? 'graph' : 'keras');
  const names = new Set(
    asList(model.get('weightsManifest')).flatMap(group =>
      asList(entry(group, 'weights')).map(weight => asText(entry(weight, 'name')) ?? ''),
    ),
  );
  checkNames(changes, name => names.has(name));
  const now = new Map<string, Json>(model);
  const removed = new Set(changes.removed);
  if (isGraph) {
    // A constant is its weight: they go together.
    const removedNodes = new Set([...(changes.graph?.removedNodes ?? []), ...removed]);
    for (const name of removedNodes) if (names.has(name)) removed.add(name);
    const graph = { ...changes.graph, removedNodes };
    now.set('modelTopology', changeGraph(topology, graph, changes.tensors ?? new Map()));
    const signature = changeSignature(model.get('signature'), graph);
    if (signature !== undefined) now.set('signature', signature);
    const noted = entry(model, 'userDefinedMetadata');
    const inner = changeSignature(entry(noted, 'signature'), graph);
    if (isObject(noted) && inner !== undefined && inner !== entry(noted, 'signature'))
      now.set('userDefinedMetadata', new Map([...noted, ['signature', inner]]));
  } else if (changes.keras !== undefined) {
    const nested = entry(topology, 'model_config');
    const config = isObject(nested) ? nested : topology;
    const owned = byName(
      readNetwork(config).layers,
      [...names].map(name => ({ name })),
    );
    for (const layer of changes.keras.removedLayers ?? [])
      for (const { name } of owned.get(layer) ?? []) removed.add(name);
    const changed = changeNetwork(config, changes.keras);
    now.set('modelTopology', isObject(nested) ? new Map([...topology, ['model_config', changed]]) : changed);
  }
  const { manifest, shards } = changeManifest(
    model.get('weightsManifest'),
    siblings,
    { ...changes, removed },
    besideName,
  );
  now.set('weightsManifest', manifest);
  const after = mark + text.with(now);

  return { content: after === written ? source : new SplicedSource(source.name, [encodeUtf8(after)]), beside: shards };
}
