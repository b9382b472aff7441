import { Fault } from '../base/fault';

/** What JSON text holds. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** Objects and lists within each other: configurations of real networks reach about 30. */
const MAX_DEPTH = 200;

/**
 * Parses JSON text from a file. Throws `corrupt` for what is not JSON or is nested without end: whoever walks the result may then
 * recurse. `what` begins the sentence: "The configuration".
 */
export function parseJson(text: string, what: string): Json {
  let depth = 0;
  for (const token of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/gs)) {
    const [character] = token;
    if (character === '[' || character === '{') depth++;
    else if (character === ']' || character === '}') depth--;
    if (depth > MAX_DEPTH) throw new Fault('corrupt', `${what} is nested more than ${MAX_DEPTH} deep.`);
  }
  try {
    return JSON.parse(text) as Json;
  } catch (cause) {
    throw new Fault('corrupt', `${what} is not valid JSON.`, { hint: 'Save the model again.', cause });
  }
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An own entry of an object; `undefined` for other values and keys that are not there, whatever their name. */
export function entry(value: Json | undefined, key: string): Json | undefined {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

export function asObject(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

export function asList(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

export function asText(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function asInteger(value: Json | undefined): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined;
}
