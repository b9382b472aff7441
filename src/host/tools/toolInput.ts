import { Fault } from '../../base/fault';

/** What a chat asks a tool for. A language model made it, so it is checked like any message from outside. */
export interface ToolInput {
  /** As it was asked for: relative to a folder of the workspace, or absolute. */
  readonly model: string;
  readonly data?: string;
  readonly labels?: string;
  readonly points?: number;
  readonly layer?: string;
}

export const FEWEST_POINTS = 10;
/** More than that makes a chat wait too long. */
export const MOST_POINTS = 2000;

const TEXTS = ['model', 'data', 'labels', 'layer'] as const;

/** Throws `usage` for what is missing or no value of its kind; fields that no tool has are not read. */
export function parseToolInput(value: unknown, needed: readonly (typeof TEXTS)[number][]): ToolInput {
  const record = (typeof value === 'object' && value !== null ? value : {}) as Readonly<Record<string, unknown>>;
  const texts: Partial<Record<(typeof TEXTS)[number], string>> = {};
  for (const name of TEXTS) {
    const text = record[name];
    const isLeftOut = text === undefined || text === null || text === '';
    if (isLeftOut && !needed.includes(name)) continue;
    if (typeof text !== 'string' || text === '' || text.length > 4096 || text.includes('\0'))
      throw new Fault('usage', `The input “${name}” must be a text that is not empty.`);
    texts[name] = text;
  }
  const { points } = record;
  if (points !== undefined && points !== null) {
    if (typeof points !== 'number' || !Number.isInteger(points) || points < FEWEST_POINTS || MOST_POINTS < points)
      throw new Fault('usage', `The input “points” must be a whole number from ${FEWEST_POINTS} to ${MOST_POINTS}.`);
  }
  return { model: texts.model ?? '', ...texts, ...(typeof points === 'number' ? { points } : {}) };
}
