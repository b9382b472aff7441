import type { TensorInfo } from '../models/model';

/** Inputs that follow from the shape of the first, by the names that transformers give them. */
const FOLLOWING: readonly {
  readonly name: RegExp;
  /** At a position of a row of `length` tokens, what follows them being padding. */
  readonly value: (position: number, length: number) => number;
  readonly words: string;
}[] = [
  { name: /mask/i, value: (position, length) => (position < length ? 1 : 0), words: 'ones, and zeros for padding' },
  { name: /token_type|segment/i, value: () => 0, words: 'all zeros' },
  { name: /position/i, value: position => position, words: '0, 1, 2, …' },
];

/** Inputs that need rows of their own: what follows from another, such as a mask, is made. */
export function ownInputs(inputs: readonly TensorInfo[]): readonly TensorInfo[] {
  return inputs.filter(input => following(input) === undefined);
}

/** The input that a data set is given to: the first that does not follow from another. */
export function mainInput(inputs: readonly TensorInfo[]): TensorInfo | undefined {
  return inputs.find(input => following(input) === undefined) ?? inputs[0];
}

/** The rule by which an input follows, if it does. */
export function following(input: TensorInfo) {
  return FOLLOWING.find(rule => rule.name.test(input.name));
}
