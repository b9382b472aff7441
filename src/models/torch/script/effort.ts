import { ScriptError } from './syntax';

/** A network of a thousand layers takes some 100 000 steps and 10 000 nodes; one of images is followed some twenty times to find their size. */
const MOST_STEPS = 3_000_000;
const MOST_NODES = 100_000;

/** What following a program may take, all attempts at it together: a program can go on for ever, a network does not. */
export class Effort {
  private steps = 0;
  private nodes = 0;

  /** A statement or an expression. Throws `too-large`. */
  step(): void {
    if (++this.steps > MOST_STEPS)
      throw new ScriptError('too-large', `its program takes more than ${MOST_STEPS} steps`);
  }

  /** How often a graph of so many nodes can be made in half of what is left. */
  attemptsOf(nodes: number): number {
    return Math.floor((MOST_NODES - this.nodes) / (2 * Math.max(1, nodes)));
  }

  /** A node of the graph. Throws `too-large`. */
  node(): void {
    if (++this.nodes > MOST_NODES)
      throw new ScriptError('too-large', `its program makes more than ${MOST_NODES} nodes`);
  }
}
