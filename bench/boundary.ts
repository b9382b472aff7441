import path from 'node:path';
import { inTurn } from './inTurn';
import type { Measurement } from './measurement';

const NETWORK = path.join(import.meta.dirname, '..', 'test', 'fixtures', 'networks', 'rings.onnx');
const CALL = ['boundary', NETWORK, '--box=-3,3,-3,3', '--grid', '1024'];

/** The boundary of a network with two inputs on 1024 × 1024 points: near the boundary alone, and at every point. */
export function run(): Promise<Measurement[]> {
  return Promise.resolve([
    inTurn({
      what: 'boundary of rings, 1024 × 1024, refined near it',
      arguments: CALL,
      answer: components,
      bounds: [{ of: 'milliseconds', atMost: 1000 }],
    }),
    inTurn({
      what: 'boundary of rings, 1024 × 1024, every point',
      arguments: [...CALL, '--whole'],
      answer: components,
    }),
  ]);
}

function components(json: unknown): number {
  return (json as { readonly components: number }).components;
}
