import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  bytes,
  externalTensor,
  graph,
  int,
  join,
  localFunction,
  model,
  node,
  perceptron,
  rawTensor,
  tensor,
  value,
  weights,
  type Bytes,
} from '../onnxBuilder';
import { FakeSiblings, faultOf, openBytes } from '../openBytes';

const relu = (from: string, to: string, name = 'act') => node('Relu', [from], [to], { name });
const vector = { inputs: [value('x', ['batch', 4])], outputs: [value('y', ['batch', 4])] };
const withNodes = (...nodes: Bytes[]) => model(graph({ ...vector, nodes }));

/** Every case ends in under a second of this process's own time, whatever is in it. */
function refusal(content: Bytes, siblings = new FakeSiblings()) {
  const start = process.cpuUsage();
  const fault = faultOf(content, siblings);
  const { user, system } = process.cpuUsage(start);
  assert.ok(user + system < 1e6, `took ${Math.round((user + system) / 1000)} ms`);
  return fault;
}

describe('weights in other files', () => {
  const weight = (entries: Record<string, string>) => externalTensor('w', [4, 4], entries);
  const network = (entries: Record<string, string>) =>
    model(graph({ ...vector, nodes: [node('MatMul', ['x', 'w'], ['y'])], initializers: [weight(entries)] }));
  const canary = { '../canary': new Uint8Array(64), '/etc/passwd': new Uint8Array(64), 'w.bin': new Uint8Array(64) };

  for (const location of [
    '../canary',
    'sub/../../canary',
    '..\\canary',
    '/etc/passwd',
    'C:\\canary',
    'c:canary',
    '\\\\host\\share',
    'file:///etc/passwd',
    'https://example.com/w.bin',
    '*/_ORT_MEM_ADDR_/*',
    'w.bin\0.txt',
    '',
  ]) {
    it(`are refused at ${JSON.stringify(location)}, and nothing is opened`, () => {
      const siblings = new FakeSiblings(canary);
      const fault = refusal(network({ location }), siblings);
      assert.equal(fault?.code, 'unsafe');
      assert.match(fault.message, /"w"/);
      assert.deepEqual(siblings.opened, []);
    });
  }

  it('are refused past the end of their file, and where their length is not the tensor’s', () => {
    const siblings = new FakeSiblings(canary);
    assert.equal(refusal(network({ location: 'w.bin', offset: '1' }), siblings)?.code, 'corrupt');
    assert.equal(refusal(network({ location: 'w.bin', length: '60' }), siblings)?.code, 'corrupt');
    assert.equal(refusal(network({ location: 'w.bin', offset: '-8' }), siblings)?.code, 'corrupt');
    assert.equal(refusal(network({ location: 'w.bin', offset: '1e400' }), siblings)?.code, 'corrupt');
    assert.equal(refusal(network({ location: 'w.bin', offset: '9007199254740993' }), siblings)?.code, 'corrupt');
    assert.equal(refusal(network({ location: 'w.bin' }), siblings), undefined);
  });

  it('are refused where they are not there, with what the folder said', () => {
    assert.equal(refusal(network({ location: 'gone.bin' }))?.code, 'not-found');
  });

  it('are refused in constants, sparse tensors and functions, where no runtime would check them', () => {
    const hidden = weight({ location: 'w.bin' });
    const constant = node('Constant', [], ['w'], { attributes: { value: { tensor: hidden } } });
    const use = node('MatMul', ['x', 'w'], ['y']);
    assert.equal(refusal(withNodes(constant, use))?.code, 'unsafe');
    const sparseConstant = join(
      bytes(2, 'w'),
      bytes(4, 'Constant'),
      bytes(5, join(bytes(1, 'sparse_value'), bytes(22, bytes(1, hidden)))),
    );
    assert.equal(refusal(withNodes(sparseConstant, use))?.code, 'unsafe');
    assert.equal(refusal(model(graph({ ...vector, nodes: [use], sparse: [bytes(1, hidden)] })))?.code, 'unsafe');
    const body = localFunction('f', 'F', ['x'], ['y'], [constant, use]);
    assert.equal(refusal(model(graph({ ...vector, nodes: [relu('x', 'y')] }), { functions: [body] }))?.code, 'unsafe');
  });

  it('cannot be hidden by writing the location’s number in more than 32 bits, or by leaving it out', () => {
    const entry = bytes(13, join(bytes(1, 'location'), bytes(2, '../canary')));
    const head = join(int(1, 4), int(1, 4), int(2, 1), bytes(8, 'w'));
    const hide = (...more: Bytes[]) =>
      model(
        graph({ ...vector, nodes: [node('MatMul', ['x', 'w'], ['y'])], initializers: [join(head, entry, ...more)] }),
      );
    assert.equal(refusal(hide(int(14, 0x1_0000_0001n)))?.code, 'unsafe');
    assert.equal(refusal(hide(bytes(9, new Uint8Array(64))))?.code, 'corrupt');
  });

  it('cannot be hidden in a second part of the graph, which protocol buffers would merge', () => {
    const second = bytes(7, bytes(5, externalTensor('other', [4, 4], { location: '../canary' })));
    assert.equal(refusal(join(perceptron([4, 2]), second))?.code, 'unsafe');
  });
});

describe('graphs that make no sense', () => {
  it('are corrupt: a tensor that nothing computes, by the name of who reads it', () => {
    const fault = refusal(withNodes(relu('ghost', 'y', 'reader')));
    assert.equal(fault?.code, 'corrupt');
    assert.match(fault.message, /"reader".*"ghost"/);
    assert.equal(refusal(withNodes(relu('x', 'z')))?.code, 'corrupt');
  });

  it('are corrupt: cycles, and names defined twice', () => {
    assert.match(refusal(withNodes(relu('b', 'a'), relu('a', 'b'), relu('x', 'y')))!.message, /its own output/);
    assert.match(refusal(withNodes(relu('y', 'y')))!.message, /its own output/);
    assert.match(refusal(withNodes(relu('x', 'y'), relu('x', 'y')))!.message, /twice/);
    assert.match(refusal(withNodes(relu('y', 'x')))!.message, /twice/);
    const twice = graph({
      ...vector,
      nodes: [relu('x', 'y')],
      initializers: [tensor('w', [1], [1]), tensor('w', [1], [2])],
    });
    assert.match(refusal(model(twice))!.message, /two initializers/);
  });

  it('are read in an order that can be computed, if the file’s is not', () => {
    const layers = openBytes(
      withNodes(relu('b', 'y', 'third'), relu('a', 'b', 'second'), relu('x', 'a', 'first')),
    ).layers;
    assert.deepEqual(
      layers.map(layer => layer.name),
      ['first', 'second', 'third'],
    );
  });

  it('are corrupt: functions that call themselves, or each other', () => {
    const call = (op: string) => node(op, ['x'], ['y'], { domain: 'f' });
    const self = localFunction('f', 'A', ['x'], ['y'], [call('A')]);
    assert.match(
      refusal(model(graph({ ...vector, nodes: [call('A')] }), { functions: [self] }))!.message,
      /calls itself/,
    );
    const pair = [
      localFunction('f', 'A', ['x'], ['y'], [call('B')]),
      localFunction('f', 'B', ['x'], ['y'], [call('A')]),
    ];
    assert.match(
      refusal(model(graph({ ...vector, nodes: [call('A')] }), { functions: pair }))!.message,
      /calls itself/,
    );
  });

  it('do not hang on functions that each call the next twice', () => {
    const call = (op: string, from: string, to: string) => node(op, [from], [to], { domain: 'f' });
    const functions = Array.from({ length: 60 }, (_, i) =>
      localFunction(
        'f',
        `F${i}`,
        ['x'],
        ['y'],
        i === 59 ? [relu('x', 'y')] : [call(`F${i + 1}`, 'x', 'm'), call(`F${i + 1}`, 'm', 'y')],
      ),
    );
    assert.equal(refusal(model(graph({ ...vector, nodes: [call('F0', 'x', 'y')] }), { functions })), undefined);
  });

  it('are corrupt: subgraphs nested without end', () => {
    let inner: Bytes = graph({ nodes: [relu('x', 'out')], outputs: [value('out')] });
    for (let depth = 0; depth < 2000; depth++) {
      const nested = node('If', ['x'], ['out'], { attributes: { then_branch: { graph: inner } } });
      inner = graph({ nodes: [nested], outputs: [value('out')] });
    }
    assert.equal(refusal(model(inner))?.code, 'corrupt');
  });

  it('do not take an inner name for an outer one', () => {
    const inner = graph({
      nodes: [relu('w', 'out')],
      initializers: [tensor('w', [4], weights(4))],
      outputs: [value('out')],
    });
    const choice = node('If', ['flag'], ['y'], {
      attributes: { then_branch: { graph: inner }, else_branch: { graph: inner } },
    });
    const flag = rawTensor('flag', [], 9, Uint8Array.of(1));
    assert.equal(refusal(model(graph({ ...vector, nodes: [choice], initializers: [flag] }))), undefined);
    assert.equal(
      refusal(model(graph({ ...vector, nodes: [choice, relu('w', 'z')], initializers: [flag] })))?.code,
      'corrupt',
    );
  });
});

describe('files made to exhaust', () => {
  it('of hundreds of thousands of tiny nodes are too large, and quickly', () => {
    const one = join(bytes(1, 'x'), bytes(2, ''), bytes(4, 'R'));
    const many = join(new Array<Bytes>(300_000).fill(bytes(1, one)));
    const fault = refusal(model(many));
    assert.equal(fault?.code, 'too-large');
  });

  it('with shapes that grow without end are described, with what cannot be known unknown', () => {
    const nodes: Bytes[] = [];
    const initializers = [rawTensor('axes', [1], 7, new Uint8Array(8))];
    for (let i = 0; i < 3000; i++)
      nodes.push(node('Unsqueeze', [i === 0 ? 'x' : `t${i - 1}`, 'axes'], [i === 2999 ? 'y' : `t${i}`]));
    assert.equal(
      refusal(model(graph({ inputs: vector.inputs, outputs: [value('y')], nodes, initializers }))),
      undefined,
    );
    const doubling = Array.from({ length: 200 }, (_, i) =>
      node('Concat', [i === 0 ? 'x' : `t${i - 1}`, i === 0 ? 'x' : `t${i - 1}`], [i === 199 ? 'y' : `t${i}`], {
        attributes: { axis: 1 },
      }),
    );
    assert.equal(refusal(model(graph({ inputs: vector.inputs, outputs: [value('y')], nodes: doubling }))), undefined);
  });

  it('with attributes out of range are described all the same', () => {
    const odd: [string, Record<string, number | readonly number[]>][] = [
      ['Conv', { strides: [0, 0], kernel_shape: [-1, 2 ** 40], pads: [-9, -9, -9, -9] }],
      ['MaxPool', { kernel_shape: [0, 0], strides: [0, -1] }],
      ['Flatten', { axis: -99 }],
      ['Transpose', { perm: [7, -3, 9, 9] }],
      ['Concat', { axis: 50 }],
      ['Softmax', { axis: -5 }],
      ['ReduceMean', { axes: [99, -99] }],
      ['Squeeze', { axes: [3, 3, 3] }],
      ['DepthToSpace', { blocksize: 0 }],
      ['Split', { axis: 9 }],
    ];
    for (const [op, attributes] of odd) {
      const content = model(
        graph({
          inputs: [value('x', [1, 3, 8, 8])],
          outputs: [value('y')],
          nodes: [node(op, ['x'], ['y'], { attributes })],
        }),
      );
      assert.equal(refusal(content), undefined, op);
    }
  });

  it('keep names with markup as the text they are', () => {
    const name = '<img src=x onerror=alert(1)>';
    assert.equal(openBytes(withNodes(relu('x', 'y', name))).layers[0]?.name, name);
  });
});
