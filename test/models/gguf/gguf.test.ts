import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openModel } from '../../../src/models/formats';
import { ascii, joined } from '../../fuzz/target';
import { CountingSource } from '../countingSource';
import { faultOf, openBytes } from '../openBytes';
import { F16, F32, ggufBytes, Q4_0, smallGguf, type GgufValue } from './ggufBytes';

describe('a GGUF file is described by its header', () => {
  it('lists modules with their tensors, axes as numpy has them', () => {
    const model = openBytes(smallGguf());
    assert.equal(model.format, 'gguf');
    assert.equal(model.program, undefined);
    assert.deepEqual(
      model.layers.map(({ name, op, weights }) => [name, op, weights[0]!.shape, weights[0]!.type]),
      [
        ['token_embd', 'Embedding', [7, 256], 'q4_k'],
        ['blk.0.attn_norm', 'RMSNorm', [256], 'float32'],
        ['blk.0.attn_q', 'Linear', [256, 256], 'q4_0'],
        ['blk.0.ffn_up', 'Linear', [3, 2], 'float16'],
        ['rope_freqs', 'Parameter', [4], 'float32'],
      ],
    );
    assert.equal(model.parameters, 7 * 256 + 256 + 256 * 256 + 6);
  });

  it('says what its keys say, and of arrays the first values and how many there are', () => {
    const details = new Map(openBytes(smallGguf()).details.map(({ name, value }) => [name, value]));
    assert.equal(details.get('version'), '3');
    assert.equal(details.get('architecture'), 'llama');
    assert.equal(details.get('types'), 'float32 (2), q4_k (1), q4_0 (1), float16 (1)');
    assert.equal(details.get('llama.rope.freq_base'), '10000');
    assert.equal(details.get('general.quantized'), 'true');
    assert.equal(details.get('big'), String(2 ** 40));
    assert.equal(details.get('tokenizer.ggml.tokens'), '[<s>, a, b, c, d, … 7 in all]');
    assert.equal(details.get('tokenizer.ggml.scores'), '[1, 2, 3]');
    assert.equal(details.get('nested'), '[[-1]]');
  });

  it('reads version 2, and version 3 in the other byte order', () => {
    assert.equal(openBytes(smallGguf({ version: 2 })).layers.length, 5);
    const big = openBytes(
      ggufBytes({
        bigEndian: true,
        metadata: [['general.alignment', { type: 4, number: 64 }]],
        alignment: 64,
        tensors: [['a.weight', { shape: [1, 2], type: F32, data: Uint8Array.of(0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0) }]],
      }),
    );
    assert.deepEqual([...big.readWeight('a.weight').values], [1, -2]);
    assert.equal(big.details[0]!.value, '3, big-endian');
  });

  it('reads values that are not quantised, warns of those that are not finite, and says of quantised ones that they are not read', () => {
    const model = openBytes(smallGguf());
    assert.equal(model.readWeight('blk.0.ffn_up.weight').values.length, 6);
    assert.throws(() => model.readWeight('token_embd.weight'), { code: 'unsupported', message: /Q4_K/ });
    const nan = openBytes(
      ggufBytes({ tensors: [['a.weight', { shape: [2, 1], type: F16, data: Uint8Array.of(0, 0, 0, 0x7e) }]] }),
    );
    assert.match(nan.warnings[0]!.message, /a\.weight holds 1 NaN value, in row 1/);
  });

  it('opens a file of 40 GB by its header alone', () => {
    const head = ggufBytes({
      tensors: [['a.weight', { shape: [2 ** 17, 2 ** 17], type: Q4_0, data: new Uint8Array(0) }]],
    });
    const source = new CountingSource(head, 40 * 2 ** 30);
    assert.equal(openModel(source, { open: () => assert.fail('nothing lies beside it') }).parameters, 2 ** 34);
    assert.ok(source.bytesRead < 2 ** 18, `${source.bytesRead} bytes were read`);
  });
});

describe('a GGUF header is not believed', () => {
  const nested = (depth: number): GgufValue =>
    depth === 0 ? { type: 0, number: 1 } : { type: 9, of: depth === 1 ? 0 : 9, items: [nested(depth - 1)] };
  const one = (options: Parameters<typeof ggufBytes>[0]) => ggufBytes(options);
  const tensor = { shape: [8], type: F32 };
  const u64 = (value: bigint) => {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, value, true);
    return bytes;
  };
  const cases: [string, ReturnType<typeof ggufBytes>, string, RegExp][] = [
    ['2^63 tensors', smallGguf({ tensorCount: 2n ** 63n }), 'corrupt', /tensors/],
    ['2^64 − 1 keys', smallGguf({ keyCount: 2n ** 64n - 1n }), 'corrupt', /keys/],
    ['one tensor more than there is', smallGguf({ tensorCount: 6n }), 'corrupt', /bytes|ends/],
    [
      'an array of 2^63 values',
      one({ metadata: [['a', { type: 9, of: 10, items: [], said: 2n ** 63n }]], tensors: [['t', tensor]] }),
      'corrupt',
      /values of "a"/,
    ],
    [
      'a text of 2^62 bytes',
      joined(
        ascii('GGUF\x03\0\0\0'),
        u64(0n),
        u64(1n),
        u64(1n),
        ascii('a'),
        ascii('\x08\0\0\0'),
        u64(2n ** 62n),
        new Uint8Array(20),
      ),
      'corrupt',
      /bytes of the value of "a"/,
    ],
    [
      'a key past the end',
      joined(ascii('GGUF\x03\0\0\0'), u64(0n), u64(1n), u64(4000n), new Uint8Array(40)),
      'corrupt',
      /key 0/,
    ],
    ['arrays in arrays without end', one({ metadata: [['deep', nested(40)]] }), 'corrupt', /deep/],
    [
      'arrays of arrays that hold themselves for ever',
      joined(
        ascii('GGUF\x03\0\0\0'),
        u64(0n),
        u64(1n),
        u64(1n),
        ascii('a'),
        ascii('\x09\0\0\0'),
        ...Array.from({ length: 4000 }, () => joined(ascii('\x09\0\0\0'), u64(1n))),
      ),
      'corrupt',
      /deep in each other/,
    ],
    [
      'a type of value that there is not',
      joined(ascii('GGUF\x03\0\0\0'), u64(0n), u64(1n), u64(1n), ascii('a\x0d'), new Uint8Array(40)),
      'corrupt',
      /type \(13\)/,
    ],
    [
      'a key twice',
      one({
        metadata: [
          ['a', { type: 0, number: 1 }],
          ['a', { type: 0, number: 2 }],
        ],
      }),
      'corrupt',
      /twice/,
    ],
    [
      'a tensor twice',
      one({
        tensors: [
          ['t', tensor],
          ['t', tensor],
        ],
      }),
      'corrupt',
      /twice/,
    ],
    ['a tensor called __proto__', one({ tensors: [['__proto__', tensor]] }), 'corrupt', /__proto__/],
    [
      'tensors over each other',
      one({
        tensors: [
          ['a', tensor],
          ['b', { ...tensor, at: 0n }],
        ],
      }),
      'corrupt',
      /overlaps/,
    ],
    ['a tensor past the end', one({ tensors: [['a', { ...tensor, at: 2n ** 40n }]] }), 'corrupt', /ends at byte/],
    ['an offset that no file has', one({ tensors: [['a', { ...tensor, at: 2n ** 63n }]] }), 'corrupt', /past the end/],
    ['an offset between places', one({ tensors: [['a', { ...tensor, at: 8n }]] }), 'corrupt', /multiple of 32/],
    [
      '4 billion axes',
      joined(ascii('GGUF\x03\0\0\0'), u64(1n), u64(0n), u64(1n), ascii('a\xff\xff\xff\xff'), new Uint8Array(99)),
      'corrupt',
      /axes/,
    ],
    [
      'a shape of 2^80 values',
      one({ tensors: [['a', { shape: [2 ** 40, 2 ** 40], type: F32, data: new Uint8Array(0) }]] }),
      'corrupt',
      /shape/,
    ],
    ['a shape of 0 × 2^63', one({ tensors: [['a', { shape: [0, 2 ** 63], type: F32 }]] }), 'corrupt', /shape/],
    [
      'rows that are no whole blocks',
      one({ tensors: [['a', { shape: [4, 8], type: Q4_0 }]] }),
      'corrupt',
      /blocks of 32/,
    ],
    ['a type of element that is not known', one({ tensors: [['a', { shape: [8], type: 999 }]] }), 'unsupported', /999/],
    [
      'an alignment of 0',
      one({ metadata: [['general.alignment', { type: 4, number: 0 }]], tensors: [['a', tensor]] }),
      'corrupt',
      /alignment/,
    ],
    [
      'an alignment that is text',
      one({ metadata: [['general.alignment', { type: 8, text: '32x' }]], tensors: [['a', tensor]] }),
      'corrupt',
      /alignment/,
    ],
    ['version 1', smallGguf({ version: 1 }), 'unsupported', /version 1/],
    ['version 4', smallGguf({ version: 4 }), 'unsupported', /version 4/],
    ['nothing at all', one({}), 'empty', /no tensors/],
  ];
  for (const [what, content, code, says] of cases) {
    it(`refuses ${what} as ${code}`, () => {
      const fault = faultOf(content);
      assert.equal(fault?.code, code, fault?.message);
      assert.match(fault.message, says);
    });
  }

  it('calls a file that was cut corrupt, wherever that was', () => {
    const whole = smallGguf();
    for (let length = 4; length < whole.length - 32; length += 13)
      assert.equal(faultOf(whole.slice(0, length))?.code, 'corrupt', `cut at ${length}`);
  });

  it('stops at more values in arrays than a vocabulary has', () => {
    const items = 2_600_000;
    const many = joined(
      ascii('GGUF\x03\0\0\0'),
      u64(0n),
      u64(4n),
      ...Array.from({ length: 4 }, (_, key) =>
        joined(u64(1n), ascii(`${key}\x09\0\0\0\0\0\0\0`), u64(BigInt(items)), new Uint8Array(items)),
      ),
    );
    assert.equal(faultOf(many)?.code, 'too-large');
  });
});
