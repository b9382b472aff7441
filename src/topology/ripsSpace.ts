import { Fault } from '../base/fault';
import type { RipsCrew, RipsKernel } from './kernels/ripsKernel';
import { MAX_KERNEL_BYTES } from './kernels/webAssembly';

/** What stands at the start of the memory: see `kernels/space.as`, which has the same order. */
const PARAMETERS = [
  'count',
  'stride',
  'matrix',
  'edges',
  'pointTables',
  'width',
  'metric',
  'blockPanels',
  'squaredLengths',
  'origin',
  'given',
  'firstGiven',
  'givenDoubles',
  'longest',
  'shortestBits',
  'bucketBits',
  'shares',
  'bucketTables',
  'edgeCount',
] as const;
const PARAMETERS_ADDRESS = 64;

type Parameter = (typeof PARAMETERS)[number];

/** Where the matrix is. */
export const MATRIX_ADDRESS = 1024;

/** The next address that vectors and doubles like. */
export function aligned(address: number): number {
  return Math.ceil(address / 16) * 16;
}

/** The memory of a crew as it is laid out for one cloud: first distances, then the filtration that is made of them. */
export class RipsSpace {
  /** Bytes in a row of ranks. */
  readonly stride: number;
  /** Behind the matrix: coordinates, later edges. */
  readonly edgesAddress: number;
  readonly kernel: RipsKernel;

  constructor(
    readonly crew: RipsCrew,
    readonly count: number,
  ) {
    this.kernel = crew.exports;
    this.stride = ((count + 3) & ~3) * 4;
    this.edgesAddress = MATRIX_ADDRESS + count * this.stride;
  }

  /** Makes room; `what` is said where there is none (`too-large`). */
  reserve(bytes: number, what: string): void {
    if (bytes <= MAX_KERNEL_BYTES) {
      try {
        this.crew.reserve(bytes);
        return;
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
      }
    }
    throw new Fault('too-large', `${what} do not fit into memory.`, {
      hint: 'Take a sample of the points, or choose landmarks (rips --landmarks N): components stay those of all points.',
    });
  }

  /** Tells all threads; memory must have been reserved. */
  tell(values: Partial<Record<Parameter, number>>): void {
    const { buffer } = this.crew;
    const numbers = new Uint32Array(buffer, PARAMETERS_ADDRESS, PARAMETERS.length);
    const floats = new Float32Array(buffer, PARAMETERS_ADDRESS, PARAMETERS.length);
    for (const name of Object.keys(values) as Parameter[])
      (name === 'longest' ? floats : numbers)[PARAMETERS.indexOf(name)] = values[name]!;
  }

  /** The matrix while it holds distances: `count` × `count`, without gaps. */
  distances(): Float32Array {
    return new Float32Array(this.crew.buffer, MATRIX_ADDRESS, this.count * this.count);
  }
}
