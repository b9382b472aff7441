import { derivesFromNetwork } from './networks';
import type { Interpreter, ParsedFile } from './interpreter';
import type { Expression, FunctionDefinition } from './syntax';

/** A class that looks like a network of PyTorch. */
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
 * The classes of a Python file that derive from something called Module, itself or through its bases, or have a method `forward`, in their order. Only
 * classes at the outermost level count: those that can be imported by name.
 */
export function moduleClasses(parsed: ParsedFile, text: string, interpreter: Interpreter): readonly ModuleClass[] {
  const scope = interpreter.module(parsed);
  return parsed.statements.flatMap((statement): ModuleClass[] => {
    if (statement.kind !== 'class') return [];
    const { definition } = statement;
    const value = scope.variables.get(definition.name);
    const methods = definition.body.flatMap(inner => (inner.kind === 'function' ? [inner.definition] : []));
    const derives =
      definition.bases.some(isModule) ||
      (value?.type === 'class' && derivesFromNetwork(value)) ||
      methods.some(({ name }) => name === 'forward');
    if (!derives || definition.name === '') return [];
    return [
      {
        name: definition.name,
        line: text.slice(0, definition.nameSpan.start).split('\n').length,
        parameters: parametersOf(
          methods.find(({ name }) => name === '__init__'),
          text,
        ),
      },
    ];
  });
}

function isModule(base: Expression): boolean {
  const name = base.kind === 'name' || base.kind === 'member' ? base.name : '';
  return name.endsWith('Module');
}

function parametersOf(constructor: FunctionDefinition | undefined, text: string): readonly ConstructorParameter[] {
  return (constructor?.parameters ?? [])
    .slice(1)
    .filter(({ spread }) => spread === undefined)
    .map(({ name, default: given }) => ({ name, default: given && text.slice(given.start, given.end) }));
}
