import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { commandText, freeName, runParameters } from '../../../src/host/python/command';
import { likelyShape } from '../../../src/host/python/likelyShape';
import type { DescribeResult } from '../../../src/protocol/describe';

describe('the command that is shown before it runs', () => {
  const common = { source: '/w/net.py', className: 'Net', weights: '/w/a b.pt', out: '/w/a b.onnx' };

  it('is the one that runs, quoted for a shell', () => {
    const parameters = runParameters({ kind: 'export', ...common, arguments: '{"h":1}', shape: '1,64' });
    assert.equal(
      commandText(['/usr/bin/python3', ...parameters]),
      "/usr/bin/python3 export --source=/w/net.py --class=Net '--weights=/w/a b.pt' '--out=/w/a b.onnx' '--arguments={\"h\":1}' --shape=1,64",
    );
    assert.deepEqual(runParameters({ kind: 'activations', ...common, arguments: '{}', data: '-x.npy' }).slice(-1), [
      '--data=-x.npy',
    ]);
  });

  it('writes to a name that is free', () => {
    const taken = new Set(['/w/net.onnx', '/w/net-2.onnx']);
    assert.equal(
      freeName('/w/net.pt', '.onnx', file => taken.has(file.replaceAll('\\', '/'))).replaceAll('\\', '/'),
      '/w/net-3.onnx',
    );
  });
});

describe('likelyShape', () => {
  const described = (shape: readonly number[], input?: readonly (number | null)[]): DescribeResult =>
    ({
      inputs: input === undefined ? [] : [{ name: 'x', shape: input, type: 'float32' }],
      layers: [
        {
          weights: [
            { name: 'bias', shape: [3], type: 'float32', trained: true },
            { name: 'weight', shape, type: 'float32', trained: true },
          ],
        },
      ],
    }) as unknown as DescribeResult;

  it('is what the first layer takes, or what the model itself says', () => {
    assert.equal(likelyShape(described([32, 64])), '1,64');
    assert.equal(likelyShape(described([8, 3, 5, 5])), '1,3,32,32');
    assert.equal(likelyShape(described([32, 64], [null, 1, 8, 8])), '1,1,8,8');
    assert.equal(likelyShape(described([32, 64], [null, null])), '1,64');
    assert.equal(likelyShape(described([7])), undefined);
  });
});
