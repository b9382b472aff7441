import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bytesOf } from '../hdf5/files';
import { denseLayers, faultOfOpening, kerasArchive, kerasFile, stack, type LayerConfig } from './kerasFiles';

const refused = (bytes: Uint8Array<ArrayBuffer>, code: string, sentence: RegExp) => {
  const fault = faultOfOpening(bytes);
  assert.equal(fault?.code, code, fault?.message);
  assert.match(fault.message, sentence);
};
const withLayer = (layer: LayerConfig) => kerasArchive(stack(...denseLayers, layer));

describe('a Keras model is refused as unsafe', () => {
  it('for a Lambda layer with marshalled code, in either form', () => {
    const code = { class_name: '__lambda__', config: { code: '4wEAAAA=', defaults: null, closure: null } };
    refused(
      withLayer({ class_name: 'Lambda', config: { name: 'l', function: code } }),
      'unsafe',
      /"l" is a Lambda layer/,
    );
    const early = {
      class_name: 'Lambda',
      config: { name: 'l', function: ['4wEAAAA=', null, null], function_type: 'lambda' },
    };
    refused(withLayer(early), 'unsafe', /"l" is a Lambda layer/);
  });

  it('for code anywhere else, such as an activation or a loss', () => {
    const code = { class_name: '__lambda__', config: { code: '4wEAAAA=' } };
    refused(withLayer({ class_name: 'Dense', config: { name: 'd', units: 2, activation: code } }), 'unsafe', /"d"/);
    const config = { ...(stack(...denseLayers) as object), compile_config: { loss: code } };
    refused(kerasArchive(config), 'unsafe', /Lambda/);
  });

  it('for modules and functions that are not layers of Keras', () => {
    for (const [module, className] of [
      ['os', 'system'],
      ['subprocess', 'Popen'],
      ['builtins', 'eval'],
      ['keras.utils', 'get_file'],
      ['keras.config', 'enable_unsafe_deserialization'],
      ['keras.saving', 'load_model'],
      ['keras.layers', 'deserialize'],
      ['numpy', 'load'],
      ['keras.layers.os', 'system'],
      ['my_package.layers', 'Swirl'],
    ] as const) {
      const layer = { module, class_name: className, registered_name: null, config: { name: 'evil' } };
      refused(withLayer(layer), 'unsafe', new RegExp(`"evil" names ${module}\\.${className}`));
    }
    const call = { class_name: 'function', module: 'os', config: 'system', registered_name: 'function' };
    refused(
      withLayer({ class_name: 'Dense', config: { name: 'd', units: 2, activation: call } }),
      'unsafe',
      /os\.system/,
    );
  });

  it('for a vocabulary in another file, which is not opened', () => {
    for (const vocabulary of ['/etc/passwd', 'https://example.com/words.txt', 'canary.txt']) {
      refused(
        withLayer({ module: 'keras.layers', class_name: 'StringLookup', config: { name: 'lookup', vocabulary } }),
        'unsafe',
        /"lookup" \(StringLookup\) takes its vocabulary from another place/,
      );
    }
    const inside = {
      module: 'keras.layers',
      class_name: 'StringLookup',
      config: { name: 'lookup', vocabulary: ['a', 'b'] },
    };
    assert.equal(faultOfOpening(withLayer(inside)), undefined);
  });

  it('for weights that lie in other files', () => {
    const file = (name: string) => bytesOf(name);
    for (const name of ['external-link', 'external-storage', 'virtual'])
      assert.equal(faultOfOpening(file(name))?.code, 'unsafe');
  });

  it('but a function by its name, and a layer of the training script, are only unknown', () => {
    const named = { class_name: 'function', module: 'builtins', config: 'my_activation', registered_name: 'function' };
    assert.equal(
      faultOfOpening(
        kerasArchive(
          stack({ ...denseLayers[0]!, config: { ...denseLayers[0]!.config, activation: named } }, denseLayers[1]!),
        ),
      ),
      undefined,
    );
    assert.equal(
      faultOfOpening(withLayer({ module: '__main__', class_name: 'Swirl', config: { name: 's' } })),
      undefined,
    );
  });
});

describe('a broken Keras model is refused', () => {
  it('for weights of another shape, naming both', () => {
    const wider = { ...denseLayers[0]!, config: { ...denseLayers[0]!.config, units: 6 } };
    refused(kerasArchive(stack(wider, denseLayers[1]!)), 'shape-mismatch', /kernel of layer "dense_10" .*3 × 5.*3 × 6/);
  });

  it('for weights that are not there', () => {
    const third = { class_name: 'Dense', config: { name: 'dense_12', units: 2 } };
    refused(withLayer(third), 'corrupt', /"dense_12" .*kernel is missing/);
  });

  it('for a configuration that is no network, or leads in circles', () => {
    refused(kerasArchive('text'), 'corrupt', /kind of network/);
    refused(kerasArchive({ class_name: 'Sequential', config: { layers: [] } }), 'corrupt', /no layers/);
    refused(kerasArchive({ class_name: 'MyModel', config: {} }), 'unsupported', /MyModel.*Python code/);
    const reading = (name: string, from: string) => ({
      class_name: 'Activation',
      name,
      config: { name, activation: 'relu' },
      inbound_nodes: [[[from, 0, 0, {}]]],
    });
    const graph = (...layers: unknown[]) =>
      kerasArchive({
        class_name: 'Functional',
        config: {
          name: 'f',
          layers: [
            { class_name: 'InputLayer', name: 'x', config: { name: 'x', batch_shape: [null, 3] }, inbound_nodes: [] },
            ...layers,
          ],
          input_layers: [['x', 0, 0]],
          output_layers: [['a', 0, 0]],
        },
      });
    assert.equal(faultOfOpening(graph(reading('a', 'x'))), undefined);
    refused(graph(reading('a', 'b'), reading('b', 'a')), 'corrupt', /circle/);
    refused(graph(reading('a', 'nowhere')), 'corrupt', /"nowhere", which is not there/);
  });

  it('for networks within networks that multiply without end', () => {
    let inner: unknown = { class_name: 'Sequential', config: { name: 'n0', layers: denseLayers } };
    for (let depth = 1; depth < 40; depth++) {
      const copy = (name: string, from: string) => ({
        ...(inner as object),
        name,
        inbound_nodes: [[[from, 0, 0, {}]]],
      });
      inner = {
        class_name: 'Functional',
        config: {
          name: `n${depth}`,
          layers: [
            { class_name: 'InputLayer', name: 'x', config: { name: 'x', batch_shape: [null, 3] }, inbound_nodes: [] },
            { ...copy('a', 'x'), inbound_nodes: [[['x', 0, 0, {}]], [['a', 0, 0, {}]]] },
          ],
          input_layers: [['x', 0, 0]],
          output_layers: [['a', 1, 0]],
        },
      };
    }
    refused(kerasArchive(inner), 'too-large', /more than \d+ calls/);
  });

  it('for configurations that are nested, or escape, without end', () => {
    const text = new TextDecoder('latin1').decode(kerasArchive(stack(...denseLayers)));
    assert.ok(text.includes('config.json'));
    let nested: unknown = 0;
    for (let i = 0; i < 1000; i++) nested = [nested];
    refused(kerasArchive({ class_name: 'Sequential', config: { layers: nested } }), 'corrupt', /not valid JSON/);
  });

  it('for archives that are cut, or changed', () => {
    const bytes = kerasFile('noinput.keras');
    for (let length = 60; length < bytes.length; length += 997)
      assert.equal(faultOfOpening(bytes.slice(0, length))?.code, 'corrupt');
    const changed = bytes.slice();
    changed[changed.length >> 1]! ^= 1;
    refused(changed, 'corrupt', /checksum|damaged/);
  });
});
