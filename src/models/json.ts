import { Fault } from '../base/fault';
import { JsonError, parseStrictJson, type Json, type JsonObject } from '../base/strictJson';

/** Objects and lists within each other: configurations of real networks reach about 30. */
const MAX_DEPTH = 200;

/** Parses JSON text from a file of a model; `what` begins the sentence, such as "The configuration". Throws `corrupt`. */
export function parseJson(text: string, what: string): Json {
  try {
    return parseStrictJson(text, { maxDepth: MAX_DEPTH });
  } catch (cause) {
    if (!(cause instanceof JsonError)) throw cause;
    throw new Fault('corrupt', `${what} is not valid JSON: ${cause.message}.`, {
      hint: 'Save the model again.',
      cause,
    });
  }
}

export function isObject(value: Json | undefined): value is JsonObject {
  return value instanceof Map;
}

/** An entry of an object; `undefined` for other values and keys that are not there. */
export function entry(value: Json | undefined, key: string): Json | undefined {
  return isObject(value) ? value.get(key) : undefined;
}

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

export function asList(value: Json | undefined): readonly Json[] {
  return isList(value) ? value : [];
}

export function asText(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function asInteger(value: Json | undefined): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined;
}

export type { Json, JsonObject };
