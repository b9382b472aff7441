import type { ByteSource } from '../base/bytes';
import { latin1 } from '../base/text';

/** What a file that is no model of ours looks like, and what to do about it. */
export interface Lookalike {
  readonly code: 'unsupported' | 'not-a-model';
  /** Completes "The file is …". */
  readonly what: string;
  readonly hint: string;
}

const HEAD_BYTES = 512;
const MODEL_HINT = 'Open a model file, such as an .onnx file.';

/** Recognises other kinds of files by their first bytes; `undefined` where nothing is recognised. */
export function lookalike(source: ByteSource): Lookalike | undefined {
  const head = source.read(0, Math.min(HEAD_BYTES, source.size));
  const ascii = latin1(head);
  const starts = (text: string, at = 0) => ascii.startsWith(text, at);
  const text = ascii.replace(/^\u00ef\u00bb\u00bf/, '').trimStart();

  if (/^<(!doctype|html|head|body|\?xml|svg)/i.test(text)) {
    return refused(
      'not-a-model',
      'a web page (HTML or XML), not a model',
      'Often a download that led to a log-in page: download the file itself.',
    );
  }
  if (starts('version https://git-lfs')) {
    return refused(
      'not-a-model',
      'a Git LFS pointer, not the model it stands for',
      'Run `git lfs pull` to fetch the file itself.',
    );
  }
  if (starts('PK\x03\x04') || starts('PK\x05\x06')) return zip(ascii);
  if (starts('TFL3', 4))
    return refused('unsupported', 'a TensorFlow Lite model', 'Convert it with tf2onnx, and open the .onnx file.');
  if (starts('ORTM', 4))
    return refused('unsupported', 'a model in the ORT format', 'Open the .onnx file it was made from.');
  if (starts('\x93NUMPY'))
    return refused('not-a-model', 'a NumPy array, not a model', 'Give it as data, and a model beside it.');
  if (starts('\x1f\x8b')) return refused('unsupported', 'a gzip archive', 'Unpack it first.');
  if (starts('Rar!') || starts('7z\xbc\xaf') || starts('BZh') || starts('\xfd7zXZ') || starts('\x28\xb5\x2f\xfd')) {
    return refused('unsupported', 'a compressed archive', 'Unpack it first.');
  }
  if (starts('ustar', 257))
    return refused('unsupported', 'a tar archive', 'Unpack it first, or export the model to ONNX.');
  if (starts('\x89PNG') || starts('\xff\xd8\xff') || starts('GIF8'))
    return refused('not-a-model', 'an image, not a model', MODEL_HINT);
  if (starts('%PDF')) return refused('not-a-model', 'a PDF document, not a model', MODEL_HINT);
  if (starts('\x7fELF') || starts('MZ')) return refused('not-a-model', 'a program, not a model', MODEL_HINT);
  if (/^[{[]/.test(text) && isText(ascii))
    return refused('not-a-model', 'JSON text, but not the model.json of TensorFlow.js', MODEL_HINT);
  if (isText(ascii)) return refused('not-a-model', 'plain text, not a model', MODEL_HINT);
  return undefined;
}

function zip(ascii: string): Lookalike {
  // Names of the first entries stand in the first bytes.
  if (/\.npy/.test(ascii))
    return refused('not-a-model', 'a NumPy archive (.npz), not a model', 'Give it as data, and a model beside it.');
  return refused('unsupported', 'a zip archive', 'If a model is packed in it, unpack it first.');
}

function refused(code: Lookalike['code'], what: string, hint: string): Lookalike {
  return { code, what, hint };
}

/** Printable ASCII, line ends and tabs alone: no model of numbers is. */
function isText(ascii: string): boolean {
  return ascii.length >= 16 && /^[\t\n\r\x20-\x7e]*$/.test(ascii);
}
