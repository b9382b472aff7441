/** A class that looks like a network, found in the text of a source without running it. */
export interface ModuleClass {
  readonly name: string;
  /** From 1. */
  readonly line: number;
  readonly parameters: readonly ConstructorParameter[];
}

export interface ConstructorParameter {
  readonly name: string;
  /** As it is written; `undefined` where a value has to be given. */
  readonly default: string | undefined;
}

/**
 * The classes of a Python source that derive from something called Module or have a method `forward`, in their order. Only classes
 * at the outermost level count: those that can be imported by name.
 */
export function moduleClasses(text: string): readonly ModuleClass[] {
  const lines = text.split(/\r?\n/);
  const found: ModuleClass[] = [];
  lines.forEach((line, index) => {
    if (!line.startsWith('class ')) return;
    // The classes it derives from may stand on lines of their own.
    const statement = withoutComments(lines.slice(index, index + MOST_HEAD_LINES).join('\n'));
    const head = /^class\s+([A-Za-z_]\w*)\s*(?:\(([^)]*)\))?\s*:/.exec(statement);
    if (!head) return;
    const rest = lines.slice(index + 1);
    const end = rest.findIndex(inner => /^[^\s#)]/.test(inner));
    const body = rest.slice(0, end < 0 ? undefined : end).join('\n');
    const derives = (head[2] ?? '').split(',').some(base => /Module\s*$/.test(base));
    if (!derives && !/^\s+def\s+forward\s*\(/m.test(body)) return;
    found.push({ name: head[1]!, line: index + 1, parameters: constructorParameters(body) });
  });
  return found;
}

const MOST_HEAD_LINES = 20;

function constructorParameters(body: string): readonly ConstructorParameter[] {
  const head = /^\s+def\s+__init__\s*\(/m.exec(body);
  if (!head) return [];
  return topLevelParts(withoutComments(body.slice(head.index + head[0].length)))
    .map(part => part.trim())
    .slice(1)
    .filter(part => /^[A-Za-z_]/.test(part))
    .map(part => {
      const [named = '', ...value] = part.split(/=(?!=)/);
      const name = named.split(':')[0]!.trim();
      return { name, default: value.length === 0 ? undefined : value.join('=').trim() };
    });
}

/** Good enough for heads of classes and functions: a `#` within a text is seen by its quotes. */
function withoutComments(text: string): string {
  return text.replace(/("[^"\n]*"|'[^'\n]*')|#.*/g, (_, quoted: string | undefined) => quoted ?? '');
}

/** The parts between commas up to the bracket that closes the list; brackets and quotes within them are passed over. */
function topLevelParts(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quote = '';
  let part = '';
  for (const character of text) {
    if (quote !== '') quote = character === quote ? '' : quote;
    else if (character === '"' || character === "'") quote = character;
    else if ('([{'.includes(character)) depth++;
    else if (')]}'.includes(character)) {
      if (depth === 0) break;
      depth--;
    } else if (character === ',' && depth === 0) {
      parts.push(part);
      part = '';
      continue;
    }
    part += character;
  }
  return part.trim() === '' ? parts : [...parts, part];
}

/**
 * What a person wrote as arguments, as the script takes them: JSON as it is, and Python's `hidden=128, name="a"` as a JSON object;
 * `undefined` where it is neither.
 */
export function argumentsAsJson(text: string): string | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return '{}';
  const asJson = parsed(trimmed);
  if (typeof asJson === 'object' && asJson !== null) return JSON.stringify(asJson);
  const given: Record<string, unknown> = {};
  for (const part of topLevelParts(trimmed)) {
    const assignment = /^\s*([A-Za-z_]\w*)\s*=\s*([\s\S]+?)\s*$/.exec(part);
    if (!assignment) return undefined;
    const value = parsed(pythonAsJson(assignment[2]!));
    if (value === undefined) return undefined;
    given[assignment[1]!] = value;
  }
  return JSON.stringify(given);
}

/** Python's literals as JSON writes them. */
function pythonAsJson(text: string): string {
  return text
    .replace(/'([^'"\\]*)'/g, '"$1"')
    .replace(/\bTrue\b/g, 'true')
    .replace(/\bFalse\b/g, 'false')
    .replace(/\bNone\b/g, 'null')
    .replace(/\(/g, '[')
    .replace(/,?\s*\)/g, ']');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
