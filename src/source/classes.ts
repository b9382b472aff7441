import type { ClassValue, Value } from './values';

/** A member of a class or of one it derives from. */
export function memberOfClass(
  from: ClassValue,
  name: string,
  depth = 0,
): { readonly value: Value; readonly owner: ClassValue } | undefined {
  const own = from.members.get(name);
  if (own) return { value: own, owner: from };
  if (depth > 20) return undefined;
  for (const base of from.bases) {
    const found = base.type === 'class' ? memberOfClass(base, name, depth + 1) : undefined;
    if (found) return found;
  }
  return undefined;
}

/** Paths of the classes of libraries that a class derives from, at any depth. */
export function libraryBases(made: ClassValue, depth = 0): readonly string[] {
  if (depth > 20) return [];
  return made.bases.flatMap(base =>
    base.type === 'library' ? [base.path] : base.type === 'class' ? libraryBases(base, depth + 1) : [],
  );
}
