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

/** The parts between commas up to a bracket that closes none of them; brackets and quotes within them are passed over. */
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
