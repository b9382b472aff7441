/** Text from a file as it may appear in a message: one line, no control characters, cut to a readable length. */
export function quoted(text: string, length = 40): string {
  const visible = text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '·');
  return `"${visible.length > length ? visible.slice(0, length - 1) + '…' : visible}"`;
}

/** Names as a message lists them, the first few of many. */
export function listed(names: readonly string[], count = 12): string {
  const shown = names.slice(0, count).map(name => quoted(name));
  const rest = names.length - shown.length;
  return rest > 0 ? `${shown.join(', ')} and ${rest} more` : shown.join(', ');
}

/** Ascending numbers with runs drawn together: "3, 4, 7–20 and 12 more". */
export function listedRows(rows: readonly number[], runs = 12): string {
  const parts: string[] = [];
  let at = 0;
  while (at < rows.length && parts.length < runs) {
    let end = at;
    while (end + 1 < rows.length && rows[end + 1] === rows[end]! + 1) end++;
    if (end - at >= 2) parts.push(`${rows[at]!}–${rows[end]!}`);
    else for (let i = at; i <= end; i++) parts.push(String(rows[i]!));
    at = end + 1;
  }
  const rest = rows.length - at;
  if (rest > 0) return `${parts.join(', ')} and ${rest} more`;
  const last = parts.pop() ?? '';
  return parts.length > 0 ? `${parts.join(', ')} and ${last}` : last;
}

/** A character a byte, each of the byte's own number: for bytes that are compared with text, whatever they are. */
export function latin1(bytes: Uint8Array): string {
  let text = '';
  // The most arguments that a call safely takes.
  for (let at = 0; at < bytes.length; at += 8192)
    text += Reflect.apply(String.fromCharCode, undefined, bytes.subarray(at, at + 8192)) as string;
  return text;
}
