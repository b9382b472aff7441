import { Fault } from '../../base/fault';
import type { KerasStep } from '../../models/keras/kerasModel';

/** Turns what TensorFlow.js throws into a fault that names the layer and says what to do. */
export function tfjsFault(error: unknown, step: Pick<KerasStep, 'name' | 'layer'> | undefined, source: string): Fault {
  if (error instanceof Fault) return error;
  const text = (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, ' ').trim();
  if (/out of memory|allocat|memory access out of bounds|Aborted|Invalid (typed )?array length/i.test(text)) {
    return new Fault('too-large', 'Running the network takes more memory than there is.', {
      hint: 'Ask for fewer rows or layers.',
      source,
      cause: error,
    });
  }
  const plain = text.replace(/^Error in \w+: /, '').replace(/[.\s]+$/, '');
  const short = plain.length > 240 ? `${plain.slice(0, 239)}…` : plain;
  const what = step === undefined ? 'The network' : `Layer "${step.name}" (${step.layer.className})`;
  const kernel = /Kernel '(\w+)' not registered/.exec(text);
  if (kernel !== null) {
    return new Fault('unsupported', `${what} needs ${kernel[1]!}, which the WebAssembly backend does not have.`, {
      hint: 'Layers before it can still be asked for.',
      source,
      cause: error,
    });
  }
  const shape = /shape|rank|dim|size|broadcast|index|axis/i.test(text);
  return new Fault(shape ? 'shape-mismatch' : 'unsupported', `${what} cannot be computed: ${short}.`, {
    hint: 'The data may not be what the network was made for. Layers before it can still be asked for.',
    source,
    cause: error,
  });
}
