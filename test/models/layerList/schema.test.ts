import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { layerListSchema } from '../../../src/models/layerList/schema';
import { LAYER_RULES } from '../../../src/models/layerList/layerRules';
import { schemaText } from './schemaText';

describe('the schema of layer lists', () => {
  it('is the one that the manifest contributes: schemas/layers.schema.json is what schemaText.ts gives', () => {
    const file = path.join(import.meta.dirname, '..', '..', '..', 'schemas', 'layers.schema.json');
    assert.deepEqual(JSON.parse(fs.readFileSync(file, 'utf8')), JSON.parse(schemaText()));
  });

  it('has every layer, and needs of each what the reader needs', () => {
    const { properties } = layerListSchema() as unknown as {
      properties: { layers: { items: { anyOf: readonly { required: readonly string[] }[] } } };
    };
    const layers = properties.layers.items.anyOf;
    assert.equal(layers.length, Object.keys(LAYER_RULES).length);
    const conv = Object.keys(LAYER_RULES).indexOf('Conv2d');
    assert.deepEqual(layers[conv]!.required, ['type', 'weights']);
    const add = Object.keys(LAYER_RULES).indexOf('Add');
    assert.deepEqual(layers[add]!.required, ['type', 'from']);
    const pool = Object.keys(LAYER_RULES).indexOf('MaxPool2d');
    assert.deepEqual(layers[pool]!.required, ['type', 'kernel_size']);
  });
});
