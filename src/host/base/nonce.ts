import { randomBytes } from 'node:crypto';

/** A value that allows one script in a page, and that nobody can guess: 128 random bits. */
export function makeNonce(): string {
  return randomBytes(16).toString('hex');
}
