/** A part of a text, in UTF-16 code units as JavaScript and VS Code count them. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * What of a program makes layers, in one form for Python and JavaScript: the interpreter knows no grammar. What has no meaning for it is
 * `unknown`.
 */
export type Expression = Span &
  (
    | { readonly kind: 'number'; readonly value: number }
    | { readonly kind: 'text'; readonly value: string }
    | { readonly kind: 'template'; readonly parts: readonly (string | Expression)[] }
    | { readonly kind: 'constant'; readonly value: boolean | null }
    | { readonly kind: 'name'; readonly name: string }
    | { readonly kind: 'member'; readonly object: Expression; readonly name: string }
    | { readonly kind: 'item'; readonly object: Expression; readonly index: Expression }
    | { readonly kind: 'slice'; readonly from: Expression | undefined; readonly to: Expression | undefined }
    | { readonly kind: 'call'; readonly callee: Expression; readonly parameters: readonly Argument[] }
    | { readonly kind: 'list'; readonly items: readonly Expression[] }
    | { readonly kind: 'map'; readonly entries: readonly MapEntry[] }
    | { readonly kind: 'spread'; readonly operand: Expression }
    | {
        readonly kind: 'binary';
        readonly operator: string;
        readonly left: Expression;
        readonly right: Expression;
      }
    | { readonly kind: 'unary'; readonly operator: string; readonly operand: Expression }
    | {
        readonly kind: 'choice';
        readonly condition: Expression;
        readonly then: Expression;
        readonly otherwise: Expression;
      }
    | {
        readonly kind: 'comprehension';
        /** Of a dictionary. */
        readonly key: Expression | undefined;
        readonly element: Expression;
        readonly clauses: readonly Clause[];
      }
    | { readonly kind: 'function'; readonly definition: FunctionDefinition }
    | { readonly kind: 'class'; readonly definition: ClassDefinition }
    | { readonly kind: 'assignment'; readonly target: Expression; readonly value: Expression }
    | { readonly kind: 'unknown' }
  );

export interface Argument {
  /** Of a keyword. */
  readonly name: string | undefined;
  /** `*values` gives further arguments, `**values` further keywords. */
  readonly spread: 'values' | 'keywords' | undefined;
  readonly value: Expression;
}

export interface MapEntry {
  /** `undefined` where the entries of another map are spread. */
  readonly key: Expression | undefined;
  readonly value: Expression;
}

export interface Clause {
  readonly target: Expression;
  readonly iterable: Expression;
  readonly conditions: readonly Expression[];
}

export interface Parameter {
  readonly name: string;
  readonly default: Expression | undefined;
  readonly spread: 'values' | 'keywords' | undefined;
  /** JavaScript's `{ units, rate }`: taken apart into these. */
  readonly pattern?: Expression;
}

export interface FunctionDefinition extends Span {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  /** Read when it is first called: most functions of a source never are. */
  readonly body: () => readonly Statement[];
  readonly decorators: readonly Expression[];
  /** JavaScript's arrow functions see the `this` around them. */
  readonly arrow?: boolean;
}

export interface ClassDefinition extends Span {
  readonly name: string;
  /** Of the name alone. */
  readonly nameSpan: Span;
  readonly bases: readonly Expression[];
  readonly body: readonly Statement[];
  readonly decorators: readonly Expression[];
}

export type Statement = Span &
  (
    | { readonly kind: 'expression'; readonly value: Expression }
    | { readonly kind: 'assign'; readonly targets: readonly Expression[]; readonly value: Expression }
    /** A name with a type and no value: the field of a dataclass. */
    | { readonly kind: 'declare'; readonly name: string }
    | { readonly kind: 'change'; readonly target: Expression; readonly operator: string; readonly value: Expression }
    | {
        readonly kind: 'if';
        readonly condition: Expression;
        readonly then: readonly Statement[];
        readonly otherwise: readonly Statement[];
      }
    | {
        readonly kind: 'for';
        readonly target: Expression;
        readonly iterable: Expression;
        readonly body: readonly Statement[];
      }
    | {
        readonly kind: 'while';
        readonly condition: Expression;
        readonly body: readonly Statement[];
        readonly step: readonly Statement[];
      }
    | { readonly kind: 'block'; readonly body: readonly Statement[] }
    | { readonly kind: 'function'; readonly definition: FunctionDefinition }
    | { readonly kind: 'class'; readonly definition: ClassDefinition }
    | { readonly kind: 'return'; readonly value: Expression | undefined }
    | { readonly kind: 'leave'; readonly how: 'break' | 'continue' | 'raise' }
    | { readonly kind: 'import'; readonly imports: readonly Import[] }
  );

/** `import a.b as c`, `from .a import b as c`, `import { b as c } from './a'`. */
export interface Import {
  /** As it is written, with its leading dots. */
  readonly module: string;
  /** What is taken from it: `undefined` is the module itself, `*` everything. */
  readonly member: string | undefined;
  /** What it is called here. */
  readonly as: string;
}
