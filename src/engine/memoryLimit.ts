import os from 'node:os';
import process from 'node:process';

/** Half of what the machine, or the container that we are in, has. */
export function memoryLimit(): number {
  const constrained = process.constrainedMemory();
  const total = constrained > 0 && constrained < os.totalmem() ? constrained : os.totalmem();
  return Math.floor(total / 2);
}
