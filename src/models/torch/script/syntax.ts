/** The part of Python that TorchScript's archives are written in. */
export type Expression =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'integer'; readonly value: number }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'constant'; readonly value: boolean | null }
  | { readonly kind: 'attribute'; readonly of: Expression; readonly name: string }
  | {
      readonly kind: 'call';
      readonly of: Expression;
      readonly args: readonly Expression[];
      readonly named: ReadonlyMap<string, Expression>;
    }
  | { readonly kind: 'subscript'; readonly of: Expression; readonly index: Expression }
  | { readonly kind: 'list' | 'tuple'; readonly items: readonly Expression[] }
  | { readonly kind: 'dictionary'; readonly entries: readonly (readonly [Expression, Expression])[] }
  | { readonly kind: 'unary'; readonly op: string; readonly of: Expression }
  | { readonly kind: 'binary'; readonly op: string; readonly left: Expression; readonly right: Expression }
  | {
      readonly kind: 'choice';
      readonly condition: Expression;
      readonly then: Expression;
      readonly otherwise: Expression;
    };

export type Statement =
  | {
      readonly kind: 'assign';
      readonly targets: readonly string[];
      readonly unpack: boolean;
      readonly value: Expression;
    }
  | { readonly kind: 'setAttribute'; readonly of: Expression; readonly name: string; readonly value: Expression }
  | { readonly kind: 'setItem'; readonly of: Expression; readonly index: Expression; readonly value: Expression }
  | { readonly kind: 'return'; readonly value: Expression | undefined }
  | { readonly kind: 'expression'; readonly value: Expression }
  | {
      readonly kind: 'if';
      readonly condition: Expression;
      readonly then: readonly Statement[];
      readonly otherwise: readonly Statement[];
    }
  | { readonly kind: 'for'; readonly target: string; readonly over: Expression; readonly body: readonly Statement[] }
  | { readonly kind: 'while'; readonly condition: Expression; readonly body: readonly Statement[] }
  | { readonly kind: 'pass' };

export interface Parameter {
  readonly name: string;
  readonly type: Expression | undefined;
  readonly otherwise: Expression | undefined;
}

export interface FunctionSyntax {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly body: readonly Statement[];
}

export interface ClassSyntax {
  readonly name: string;
  /** Such as Module or NamedTuple. */
  readonly base: string;
  /** Types of attributes, by name. */
  readonly attributes: ReadonlyMap<string, Expression>;
  /** Values that are part of the class. */
  readonly constants: ReadonlyMap<string, Expression>;
  readonly methods: ReadonlyMap<string, FunctionSyntax>;
}

export interface ScriptFile {
  readonly classes: readonly ClassSyntax[];
  readonly functions: readonly FunctionSyntax[];
}

/** Text that is not what TorchScript writes, or an operation that cannot be followed. */
export class ScriptError extends Error {
  override readonly name = 'ScriptError';

  constructor(
    readonly kind: 'corrupt' | 'unsupported' | 'too-large',
    /** For `corrupt` the end of a sentence, for `unsupported` what it is: "torch.stft", "a loop over values". */
    readonly what: string,
  ) {
    super(what);
  }
}
