import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { faultOf, openBytes } from './openBytes';
import { perceptron, type Bytes } from './onnxBuilder';

const text = (content: string): Bytes => Uint8Array.from(content, character => character.charCodeAt(0));

describe('a file is told by its content', () => {
  it('reads ONNX whatever the name', () => {
    assert.equal(openBytes(perceptron([4, 3, 2])).format, 'onnx');
  });

  const cases: [string, Bytes, string, RegExp][] = [
    ['an empty file', text(''), 'empty', /empty/],
    ['a web page', text('\n<!DOCTYPE html><html><body>Sign in</body></html>'), 'not-a-model', /web page/],
    [
      'a Git LFS pointer',
      text('version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 3\n'),
      'not-a-model',
      /LFS/,
    ],
    ['a zip of pickles that is cut', text('PK\x03\x04\x14\0\0\0archive/data.pkl'), 'corrupt', /archive/],
    ['a .keras file that is cut', text(`PK\x03\x04${'\0'.repeat(26)}metadata.json`), 'corrupt', /archive/],
    ['an .npz', text('PK\x03\x04\x14\0\0\0X.npy'), 'not-a-model', /NumPy/],
    ['HDF5 that is cut', text('\x89HDF\r\n\x1a\n\0\0\0'), 'corrupt', /HDF5/],
    ['a pickle of something else', text('\x80\x02}q\0.'), 'not-a-model', /no network/],
    ['a safetensors file that is cut', text('\x40\0\0\0\0\0\0\0{"w":{}}'), 'corrupt', /safetensors/],
    ['TensorFlow Lite', text('\x1c\0\0\0TFL3\0\0'), 'unsupported', /TensorFlow Lite/],
    ['GGUF that is cut', text('GGUF\x03\0\0\0'), 'corrupt', /GGUF/],
    ['a NumPy array', text("\x93NUMPY\x01\0v\0{'descr'"), 'not-a-model', /NumPy/],
    ['an image', text('\x89PNG\r\n\x1a\n'), 'not-a-model', /image/],
    ['a TensorFlow.js model without its network', text('{"format": "layers-model"}'), 'corrupt', /modelTopology/],
    ['other JSON', text('{"compilerOptions": {}, "include": []}'), 'not-a-model', /JSON/],
    ['prose', text('This is a note about the model, nothing more.'), 'not-a-model', /text/],
    [
      'noise',
      Uint8Array.from({ length: 4096 }, (_, i) => (i * i * 31 + i * 7 + 0x9b) & 255),
      'not-a-model',
      /no model/,
    ],
  ];
  for (const [what, content, code, says] of cases) {
    it(`refuses ${what} as ${code}, with a hint`, () => {
      const fault = faultOf(content);
      assert.equal(fault?.code, code);
      assert.match(fault.message, says);
      assert.equal(fault.source, 'model.onnx');
      assert.ok(fault.hint !== undefined && fault.hint.length > 10);
    });
  }

  it('calls a truncated ONNX file corrupt, wherever it was cut', () => {
    const whole = perceptron([8, 6, 4]);
    for (let length = 40; length < whole.length; length += 37) {
      assert.equal(faultOf(whole.slice(0, length))?.code, 'corrupt', `cut at ${length}`);
    }
  });
});
