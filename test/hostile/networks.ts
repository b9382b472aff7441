import fs from 'node:fs';
import path from 'node:path';
import type { Bytes } from '../fuzz/target';
import { denseLayers, kerasArchive, stack, type LayerConfig } from '../models/keras/kerasFiles';
import {
  bytes,
  externalTensor,
  graph,
  int,
  join,
  localFunction,
  model,
  node,
  rawTensor,
  value,
  varint,
} from '../models/onnxBuilder';
import { layersFiles } from '../models/tfjs/tfjsFiles';
import { SECRET } from './canary';
import type { HostileCase, HostileKind } from './cases';

const vector = { inputs: [value('x', ['batch', 4])], outputs: [value('y', ['batch', 4])] };
const product = node('MatMul', ['x', 'w'], ['y']);
const onnx = (
  what: string,
  content: HostileCase['content'],
  code: HostileCase['code'],
  says?: RegExp,
): HostileCase => ({
  what,
  file: 'model.onnx',
  content,
  code,
  ...(says === undefined ? {} : { says }),
});
const external = (entries: Readonly<Record<string, string>>) =>
  model(graph({ ...vector, nodes: [product], initializers: [externalTensor('w', [4, 4], entries)] }));
const withNodes = (...nodes: Bytes[]) => model(graph({ ...vector, nodes }));

const keras = (what: string, layer: LayerConfig, says: RegExp): HostileCase => ({
  what,
  file: 'model.keras',
  content: kerasArchive(stack(...denseLayers, layer)),
  code: 'unsafe',
  says,
});
const tfjs = (
  what: string,
  change: (json: string) => string,
  code: HostileCase['code'],
  shardBytes = Infinity,
): HostileCase => ({
  what,
  file: 'model.json',
  content: new TextEncoder().encode(change(JSON.stringify(layersFiles().json))),
  prepare: folder => {
    for (const [name, content] of Object.entries(layersFiles().shards))
      fs.writeFileSync(path.join(folder, name), content.slice(0, Math.min(content.length, shardBytes)));
  },
  code,
});

export const NETWORKS: readonly HostileKind[] = [
  {
    kind: 'ONNX weights in a file outside of the folder',
    cases: [
      ...[
        '../secret.txt',
        'sub/../../secret.txt',
        '/etc/passwd',
        'C:\\secret',
        '\\\\host\\share',
        'file:///etc/passwd',
      ].map(location => onnx(`at ${location}`, external({ location }), 'unsafe', /"w"/)),
      {
        ...onnx('through a symbolic link', external({ location: 'link.bin' }), 'unsafe', /symbolic link/),
        prepare: folder => {
          fs.symlinkSync(path.join(folder, SECRET), path.join(folder, 'link.bin'));
        },
      },
      {
        ...onnx('through a symbolic link of a folder', external({ location: 'up/w.bin' }), 'unsafe', /symbolic link/),
        prepare: folder => {
          fs.symlinkSync(path.join(folder, '..'), path.join(folder, 'up'));
        },
      },
    ],
  },
  {
    kind: 'ONNX weights in a hard link',
    cases: [
      {
        ...onnx('to a file elsewhere', external({ location: 'hard.bin' }), 'unsafe', /hard link/),
        prepare: folder => {
          fs.linkSync(path.join(folder, SECRET), path.join(folder, 'hard.bin'));
        },
      },
    ],
  },
  {
    kind: 'ONNX weights elsewhere, where no runtime looks, or past the end',
    cases: [
      onnx(
        'in a sparse initializer',
        model(graph({ ...vector, nodes: [product], sparse: [bytes(1, externalTensor('w', [4, 4], { location: 'w.bin' }))] })), // prettier-ignore
        'unsafe',
      ),
      onnx(
        'in a sparse constant',
        withNodes(
          join(
            bytes(2, 'w'),
            bytes(4, 'Constant'),
            bytes(5, join(bytes(1, 'sparse_value'), bytes(22, bytes(1, externalTensor('w', [4, 4], { location: 'w.bin' }))))), // prettier-ignore
          ),
          product,
        ),
        'unsafe',
      ),
      onnx('in the memory of the runtime', external({ location: '*/_ORT_MEM_ADDR_/*', offset: '4096' }), 'unsafe'),
      {
        ...onnx('past the end of the file', external({ location: 'w.bin', offset: '4096' }), 'corrupt'),
        prepare: folder => {
          fs.writeFileSync(path.join(folder, 'w.bin'), new Uint8Array(64));
        },
      },
      {
        ...onnx('at a negative place', external({ location: 'w.bin', offset: '-8' }), 'corrupt'),
        prepare: folder => {
          fs.writeFileSync(path.join(folder, 'w.bin'), new Uint8Array(64));
        },
      },
    ],
  },
  {
    kind: 'ONNX graphs without end, or that make no sense',
    cases: [
      onnx('100 000 subgraphs in each other', () => nestedSubgraphs(100_000), 'corrupt'),
      onnx('a cycle', withNodes(node('Relu', ['b'], ['a']), node('Relu', ['a'], ['b']), node('Relu', ['x'], ['y'])), 'corrupt', /own output/), // prettier-ignore
      onnx('a shape of 2⁶²', model(graph({ ...vector, nodes: [product], initializers: [rawTensor('w', [2 ** 31, 2 ** 31], 1, new Uint8Array(64))] })), 'corrupt'), // prettier-ignore
      onnx('values that do not fill the shape', model(graph({ ...vector, nodes: [product], initializers: [rawTensor('w', [4, 4], 1, new Uint8Array(60))] })), 'corrupt'), // prettier-ignore
      onnx('a name that shadows another', withNodes(node('Relu', ['x'], ['y']), node('Relu', ['x'], ['y'])), 'corrupt', /twice/), // prettier-ignore
    ],
  },
  {
    kind: 'ONNX functions that call themselves',
    cases: [
      onnx(
        'one that calls itself',
        model(graph({ ...vector, nodes: [node('A', ['x'], ['y'], { domain: 'f' })] }), {
          functions: [localFunction('f', 'A', ['x'], ['y'], [node('A', ['x'], ['y'], { domain: 'f' })])],
        }),
        'corrupt',
        /calls itself/,
      ),
    ],
  },
  {
    kind: 'a Keras configuration that names modules and functions',
    cases: [
      keras('os.system', { module: 'os', class_name: 'system', config: { name: 'evil' } }, /os\.system/),
      keras(
        'keras.utils.get_file',
        { module: 'keras.utils', class_name: 'get_file', config: { name: 'evil' } },
        /get_file/,
      ),
      keras('the switch of safe mode', { module: 'keras.config', class_name: 'enable_unsafe_deserialization', config: { name: 'evil' } }, /enable_unsafe/), // prettier-ignore
      keras('builtins.eval', { module: 'builtins', class_name: 'eval', config: { name: 'evil' } }, /builtins\.eval/),
    ],
  },
  {
    kind: 'a Lambda layer with marshalled code',
    cases: [
      keras('in .keras', { class_name: 'Lambda', config: { name: 'l', function: { class_name: '__lambda__', config: { code: '4wEAAAA=', defaults: null, closure: null } } } }, /Lambda/), // prettier-ignore
      keras('as .h5 wrote it', { class_name: 'Lambda', config: { name: 'l', function: ['4wEAAAA=', null, null], function_type: 'lambda' } }, /Lambda/), // prettier-ignore
    ],
  },
  {
    kind: 'a vocabulary that lies elsewhere',
    cases: ['/etc/passwd', 'https://example.com/words.txt', SECRET].map(vocabulary =>
      keras(
        `at ${vocabulary}`,
        { module: 'keras.layers', class_name: 'StringLookup', config: { name: 'lookup', vocabulary } },
        /vocabulary/,
      ),
    ),
  },
  {
    kind: 'a TensorFlow.js manifest that leads elsewhere, or to too little',
    cases: [
      tfjs('a path that climbs out', json => json.replace('group1-shard1of1.bin', '../secret.txt'), 'unsafe'),
      tfjs('an address', json => json.replace('group1-shard1of1.bin', 'https://example.com/a.bin'), 'unsafe'),
      tfjs('an absolute path', json => json.replace('group1-shard1of1.bin', '/etc/passwd'), 'unsafe'),
      tfjs('a shard that is too short', json => json, 'corrupt', 20),
    ],
  },
];

/** If within If within If …: written from the innermost outwards, or it would take its size squared. */
function nestedSubgraphs(depth: number): Bytes {
  const inner = graph({ nodes: [node('Relu', ['x'], ['o'])], outputs: [value('o')] });
  const room = new Uint8Array(inner.length + depth * 64);
  let start = room.length - inner.length;
  room.set(inner, start);
  const around = (field: number, before: Bytes) => {
    const length = varint(room.length - start);
    const head = join(before, Uint8Array.of((field << 3) | 2), length);
    start -= head.length;
    room.set(head, start);
  };
  const nothing = new Uint8Array(0);
  const attribute = join(bytes(1, 'then_branch'), int(20, 5));
  const call = join(bytes(1, 'x'), bytes(2, 'o'), bytes(4, 'If'));
  for (let level = 0; level < depth; level++) {
    // A graph is a field of an attribute, that of a node, that of the graph around it.
    around(6, attribute);
    around(5, call);
    around(1, nothing);
  }
  return model(room.slice(start));
}
