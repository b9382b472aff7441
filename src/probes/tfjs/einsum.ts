import type { Tensor } from '@tensorflow/tfjs-core';
import type { Library } from './loadLibrary';

/**
 * A sum of products of two tensors over the axes that the result has not, such as `abc,cde->abde`: axes are moved so that one product
 * of matrices does it. The WebAssembly backend has no kernel for it. Throws for more operands, and for letters that come twice in one.
 */
export function einsum(tf: Library, equation: string, operands: readonly Tensor[]): Tensor {
  const [left = '', result = ''] = equation.replaceAll(' ', '').split('->');
  const terms = left.split(',');
  const [a, b] = operands;
  const letters = terms.map(term => [...term]);
  const [first, second] = letters;
  const twice = letters.some(term => new Set(term).size !== term.length);
  if (
    first === undefined ||
    a === undefined ||
    terms.length !== operands.length ||
    twice ||
    /[^a-zA-Z]/.test(terms.join('') + result)
  ) {
    throw new Error(`the sum ${equation} is not computed here`);
  }
  const out = [...result];
  if (second === undefined || b === undefined) {
    const gone = first.flatMap((letter, axis) => (out.includes(letter) ? [] : [axis]));
    const kept = first.filter(letter => out.includes(letter));
    return tf.transpose(
      gone.length === 0 ? a : tf.sum(a, gone),
      out.map(letter => kept.indexOf(letter)),
    );
  }
  const lengths = new Map([
    ...first.map((letter, axis): [string, number] => [letter, a.shape[axis]!]),
    ...second.map((letter, axis): [string, number] => [letter, b.shape[axis]!]),
  ]);
  const size = (group: readonly string[]) => group.reduce((product, letter) => product * lengths.get(letter)!, 1);
  // Letters of one operand that the result has not are summed over before.
  const own = (letter: string, mine: readonly string[], theirs: readonly string[]) =>
    mine.includes(letter) && !theirs.includes(letter);
  const reduce = (x: Tensor, mine: string[], theirs: readonly string[]): [Tensor, string[]] => {
    const gone = mine.flatMap((letter, axis) => (own(letter, mine, theirs) && !out.includes(letter) ? [axis] : []));
    return gone.length === 0 ? [x, mine] : [tf.sum(x, gone), mine.filter((_, axis) => !gone.includes(axis))];
  };
  const [x, mine] = reduce(a, first, second);
  const [y, theirs] = reduce(b, second, first);
  const batch = out.filter(letter => mine.includes(letter) && theirs.includes(letter));
  const rows = out.filter(letter => own(letter, mine, theirs));
  const columns = out.filter(letter => own(letter, theirs, mine));
  const summed = mine.filter(letter => theirs.includes(letter) && !out.includes(letter));
  const arranged = (tensor: Tensor, from: readonly string[], ...groups: readonly (readonly string[])[]) =>
    tf.reshape(
      tf.transpose(
        tensor,
        groups.flat().map(letter => from.indexOf(letter)),
      ),
      groups.map(size),
    );
  const product = tf.matMul(arranged(x, mine, batch, rows, summed), arranged(y, theirs, batch, summed, columns));
  const order = [...batch, ...rows, ...columns];
  return tf.transpose(
    tf.reshape(
      product,
      order.map(letter => lengths.get(letter)!),
    ),
    out.map(letter => order.indexOf(letter)),
  );
}
