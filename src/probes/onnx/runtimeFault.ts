import { Fault } from '../../base/fault';

/**
 * Turns what ONNX Runtime throws, whose messages name files and lines of its own source, into a fault that names the node
 * and says what to do. What is not understood is `unsupported`, with the runtime's first line.
 */
export function runtimeFault(error: unknown, source: string): Fault {
  if (error instanceof Fault) return error;
  const text = (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, ' ');
  const make = (code: 'unsupported' | 'corrupt' | 'too-large' | 'shape-mismatch', message: string, hint: string) =>
    new Fault(code, message, { hint, source, cause: error });

  const missing = /Could not find an implementation for (\w+)\((\d+)\) node with name '([^']*)'/.exec(text);
  if (missing !== null) {
    return make(
      'unsupported',
      `${missing[3] === '' ? 'A node' : `Node "${missing[3]!}"`} uses version ${missing[2]!} of the operator ${missing[1]!}, which this runtime cannot compute for its element types.`,
      'Export the model in float32, with an opset of 7 or more.',
    );
  }
  const unknown = /([\w.]*):(\w+)\(-?\d+\) is not a registered function\/op/.exec(text);
  if (unknown !== null) {
    const name = unknown[1] === '' || unknown[1] === 'ai.onnx' ? unknown[2]! : `${unknown[1]!}.${unknown[2]!}`;
    return make('unsupported', `The network uses the operator ${name}, which no runtime here knows.`, ASK_BEFORE);
  }
  if (/Unsupported model IR version|under development|opset \d+ is|only \*?guarantees/i.test(text)) {
    return make(
      'unsupported',
      'The network was written for a newer version of ONNX than this runtime reads.',
      'Export it with an opset of 21 or less.',
    );
  }
  if (/bad_alloc|Failed to allocate|out of memory|memory access out of bounds|Aborted\(OOM/i.test(text)) {
    return make('too-large', 'Running the network takes more memory than there is.', 'Ask for fewer rows or layers.');
  }
  const running = /while running (\w+) node\. Name:'([^']*)' Status Message: (.*)$/.exec(text);
  if (running !== null) {
    const [, operator, node, reason] = running as unknown as [string, string, string, string];
    const shape = /shape|dimension|broadcast|size|bound|index|rank|reshape/i.test(reason);
    return make(
      shape ? 'shape-mismatch' : 'unsupported',
      `Node "${node}" (${operator}) cannot be computed: ${tidy(reason)}.`,
      'The data may not be what the network was made for, or the model was exported for another batch size.',
    );
  }
  const input = /Got invalid dimensions for input: (\S+)|Unexpected input data type|Invalid rank for input: (\S+)/.exec(
    text,
  );
  if (input !== null) {
    return make(
      'shape-mismatch',
      `The network does not take the data: ${tidy(text)}.`,
      'Choose data of the width that the network was trained on.',
    );
  }
  if (
    /protobuf parsing|invalid model|invalid graph|ShapeInferenceError|TypeInferenceError|Type Error|INVALID_GRAPH|is not output of any previous|Invalid tensor|initializer/i.test(
      text,
    )
  ) {
    return make(
      'corrupt',
      `The ONNX graph is broken: ${tidy(text)}.`,
      'Export the model again; `onnx.checker` may say more.',
    );
  }
  return make(
    'unsupported',
    `The runtime cannot run the network: ${tidy(text)}.`,
    'Export the model again, with another opset or exporter.',
  );
}

const ASK_BEFORE = 'Layers before it can still be asked for.';

/** One short line without paths, line numbers and calls of the runtime's source. */
function tidy(text: string): string {
  const plain = text
    .replaceAll(/\/[\w./+-]+\.(cc|h|cpp|hpp):\d+ \S+( \[?[\w:]*\]?)?/g, '')
    .replaceAll(/Can't create a session\.|ERROR_CODE: \d+,?|ERROR_MESSAGE:/g, '')
    .replaceAll(/(Load model from \S+ failed:|This is an invalid model\.|Non-zero status code returned)/g, '')
    .replaceAll(/\bvirtual .*?\) (const )?/g, '')
    .trim()
    .replace(/[.,;:\s]+$/, '');
  return plain.length > 240 ? `${plain.slice(0, 239)}…` : plain;
}
