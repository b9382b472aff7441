import type { ByteSource } from '../../base/bytes';
import type { Cancellation } from '../../base/cancellation';
import { Fault } from '../../base/fault';
import { listed, quoted } from '../../base/text';
import { jsonlFormat } from '../records/jsonlFormat';
import { openJsonl } from '../records/jsonlTable';
import type { FieldValue, RecordTable } from '../records/recordTable';

/** What a file says of its texts beside them, a text a row. */
export interface TextNotes {
  readonly words: readonly (readonly string[] | undefined)[] | undefined;
  /** Of each token its word, −1 for special ones. */
  readonly wordIds: readonly (readonly number[] | undefined)[] | undefined;
  /** One a word, or one a token. */
  readonly roles: { readonly field: string; readonly rows: readonly (readonly string[] | undefined)[] } | undefined;
}

const NONE: TextNotes = { words: undefined, wordIds: undefined, roles: undefined };
/** What people call the roles of words, best first. */
const ROLE_NAMES = ['word_roles', 'roles', 'dep', 'deps', 'deprel', 'deprels', 'upos', 'pos_tags', 'pos', 'tags', 'labels', 'ner_tags', 'token_roles']; // prettier-ignore

/**
 * Words, roles and word numbers of texts in JSON lines: lists, or texts with spaces between. `rolesField` is a name that was asked for. Throws `usage` where that
 * is not there, and what the reader throws.
 */
export function readTextNotes(
  source: ByteSource,
  rolesField: string | undefined,
  cancellation: Cancellation,
): TextNotes {
  const isJsonl = jsonlFormat.matches(source.read(0, Math.min(4096, source.size)));
  const table = isJsonl ? openJsonl(source, source.size, cancellation) : undefined;
  const names = table === undefined ? [] : table.fields.map(field => field.name);
  const roles = rolesField ?? ROLE_NAMES.find(name => names.includes(name));
  if (rolesField !== undefined && !names.includes(rolesField))
    throw new Fault(
      'usage',
      table?.named === true
        ? `The texts have no field ${quoted(rolesField)}; they have ${listed(names)}.`
        : `Roles are read of JSON lines with named fields, and these have none called ${quoted(rolesField)}.`,
      { source: '--roles' },
    );
  if (table === undefined) return NONE;
  return columns(table, { words: 'words', wordIds: 'word_ids', roles });
}

function columns(
  table: RecordTable,
  wanted: { readonly words: string; readonly wordIds: string; readonly roles: string | undefined },
): TextNotes {
  const find = (name: string | undefined) => table.fields.find(field => field.name === name);
  const [words, wordIds, roles] = [find(wanted.words), find(wanted.wordIds), find(wanted.roles)];
  const fields = [words, wordIds, roles].filter(field => field !== undefined);
  if (fields.length === 0) return NONE;
  const read = fields.map((): FieldValue[] => []);
  table.visit(fields, values => values.forEach((value, f) => read[f]!.push(value)));
  const of = (field: typeof words) => (field === undefined ? undefined : read[fields.indexOf(field)]!);
  return {
    words: of(words)?.map(texts),
    wordIds: of(wordIds)?.map(value => (isWholeNumbers(value) ? value : undefined)),
    roles: roles && { field: roles.name, rows: of(roles)!.map(texts) },
  };
}

/** A list of texts or numbers, or a text with spaces between; `undefined` for anything else. */
function texts(value: FieldValue): readonly string[] | undefined {
  if (typeof value === 'string') return value.split(/\s+/).filter(part => part !== '');
  if (!Array.isArray(value)) return undefined;
  const list: readonly unknown[] = value;
  return list.every(item => typeof item === 'string' || typeof item === 'number') ? list.map(String) : undefined;
}

function isWholeNumbers(value: FieldValue): value is readonly number[] {
  return Array.isArray(value) && (value as readonly unknown[]).every(Number.isInteger);
}
