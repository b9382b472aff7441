import { tokensOf, unquoted, type Token, type TokenKind } from './lexer';
import {
  ScriptError,
  type ClassSyntax,
  type Expression,
  type FunctionSyntax,
  type Parameter,
  type ScriptFile,
  type Statement,
} from './syntax';

const DEEPEST = 200;

/** Parses a file of a TorchScript archive: classes and functions. Throws `ScriptError`. */
export function parseScript(source: string): ScriptFile {
  return new Parser(tokensOf(source)).file();
}

/** How tightly binary operators hold their sides; comparisons and words come looser. */
const BINDING: ReadonlyMap<string, number> = new Map([
  ['or', 1],
  ['and', 2],
  ['==', 4],
  ['!=', 4],
  ['<', 4],
  ['>', 4],
  ['<=', 4],
  ['>=', 4],
  ['is', 4],
  ['in', 4],
  ['|', 5],
  ['^', 6],
  ['&', 7],
  ['<<', 8],
  ['>>', 8],
  ['+', 9],
  ['-', 9],
  ['*', 10],
  ['/', 10],
  ['//', 10],
  ['%', 10],
  ['@', 10],
  ['**', 12],
]);

class Parser {
  private at = 0;
  private depth = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  file(): ScriptFile {
    const classes: ClassSyntax[] = [];
    const functions: FunctionSyntax[] = [];
    while (this.peek().kind !== 'end') {
      if (this.isWord('class')) classes.push(this.classDefinition());
      else if (this.isWord('def')) functions.push(this.functionDefinition());
      else if (this.isWord('op_version_set')) this.skipLine();
      else throw this.error('is neither a class nor a function');
    }
    return { classes, functions };
  }

  private classDefinition(): ClassSyntax {
    this.word('class');
    const name = this.name();
    let base = '';
    if (this.take('(')) {
      while (!this.take(')')) {
        base = this.dotted();
        this.take(',');
      }
    }
    this.sign(':');
    const attributes = new Map<string, Expression>();
    const constants = new Map<string, Expression>();
    const methods = new Map<string, FunctionSyntax>();
    this.block(() => {
      if (this.isWord('def')) {
        const method = this.functionDefinition();
        if (methods.has(method.name)) throw new ScriptError('corrupt', `its class ${name} has ${method.name} twice`);
        methods.set(method.name, method);
        return;
      }
      if (this.isWord('pass')) {
        this.skipLine();
        return;
      }
      let attribute = this.name();
      // __annotations__["0"] = type: a name that is no identifier.
      if (this.take('[')) {
        attribute = unquoted(this.expect('text').text);
        this.sign(']');
        this.sign('=');
        attributes.set(attribute, this.expression());
      } else if (this.take(':')) {
        attributes.set(attribute, this.expression());
        if (this.take('=')) constants.set(attribute, this.expression());
      } else {
        this.sign('=');
        constants.set(attribute, this.expression());
      }
      this.expect('newline');
    });
    return { name, base, attributes, constants, methods };
  }

  private functionDefinition(): FunctionSyntax {
    this.word('def');
    const name = this.name();
    this.sign('(');
    const parameters: Parameter[] = [];
    while (!this.take(')')) {
      if (this.take('*')) {
        this.take(',');
        continue;
      }
      const parameter = this.name();
      const type = this.take(':') ? this.expression() : undefined;
      const otherwise = this.take('=') ? this.expression() : undefined;
      parameters.push({ name: parameter, type, otherwise });
      if (!this.take(',') && !this.isSign(')')) throw this.error('has a parameter that does not end');
    }
    if (this.take('->')) this.expression();
    this.sign(':');
    return { name, parameters, body: this.statements() };
  }

  private statements(): readonly Statement[] {
    const found: Statement[] = [];
    this.block(() => {
      found.push(this.statement());
    });
    return found;
  }

  /** Lines that are indented further than the one before. */
  private block(line: () => void): void {
    if (++this.depth > DEEPEST) throw new ScriptError('too-large', `its program is nested more than ${DEEPEST} deep`);
    this.expect('newline');
    this.expect('indent');
    while (this.peek().kind !== 'dedent') {
      if (this.peek().kind === 'end') throw this.error('ends early');
      line();
    }
    this.expect('dedent');
    this.depth--;
  }

  private statement(): Statement {
    if (this.isWord('if')) return this.ifStatement();
    if (this.takeWord('for')) {
      const target = this.name();
      this.word('in');
      const over = this.expression();
      this.sign(':');
      return { kind: 'for', target, over, body: this.statements() };
    }
    if (this.takeWord('while')) {
      const condition = this.expression();
      this.sign(':');
      return { kind: 'while', condition, body: this.statements() };
    }
    if (this.takeWord('pass')) {
      this.expect('newline');
      return { kind: 'pass' };
    }
    if (this.takeWord('return')) {
      const value = this.peek().kind === 'newline' ? undefined : this.expressions();
      this.expect('newline');
      return { kind: 'return', value };
    }
    const left = this.expressions();
    if (this.take(':')) this.expression();
    if (!this.take('=')) {
      this.expect('newline');
      return { kind: 'expression', value: left };
    }
    const value = this.expressions();
    this.expect('newline');
    if (left.kind === 'name') return { kind: 'assign', targets: [left.name], unpack: false, value };
    if (left.kind === 'attribute') return { kind: 'setAttribute', of: left.of, name: left.name, value };
    if (left.kind === 'subscript') return { kind: 'setItem', of: left.of, index: left.index, value };
    if (left.kind !== 'tuple' && left.kind !== 'list') throw this.error('assigns to what is no name');
    const targets = left.items.map(item => {
      if (item.kind !== 'name') throw this.error('assigns to what is no name');
      return item.name;
    });
    return { kind: 'assign', targets, unpack: true, value };
  }

  private ifStatement(): Statement {
    this.at++;
    const condition = this.expression();
    this.sign(':');
    const then = this.statements();
    let otherwise: readonly Statement[] = [];
    if (this.isWord('elif')) otherwise = [this.ifStatement()];
    else if (this.takeWord('else')) {
      this.sign(':');
      otherwise = this.statements();
    }
    return { kind: 'if', condition, then, otherwise };
  }

  /** One expression, or several with commas: a tuple. */
  private expressions(): Expression {
    const first = this.expression();
    if (!this.isSign(',')) return first;
    const items = [first];
    while (this.take(',')) {
      if (this.peek().kind === 'newline' || this.isSign('=') || this.isSign(']')) break;
      items.push(this.expression());
    }
    return { kind: 'tuple', items };
  }

  private expression(): Expression {
    if (++this.depth > DEEPEST) throw new ScriptError('too-large', `its program is nested more than ${DEEPEST} deep`);
    const value = this.binary(0);
    this.depth--;
    if (!this.takeWord('if')) return value;
    const condition = this.binary(0);
    this.word('else');
    return { kind: 'choice', condition, then: value, otherwise: this.expression() };
  }

  private binary(least: number): Expression {
    let left = this.unary();
    for (;;) {
      const { kind, text } = this.peek();
      const binding = kind === 'sign' || kind === 'name' ? BINDING.get(text) : undefined;
      if (binding === undefined || binding <= least) return left;
      this.at++;
      const negated = text === 'is' && this.takeWord('not');
      left = { kind: 'binary', op: negated ? 'is not' : text, left, right: this.binary(binding) };
    }
  }

  private unary(): Expression {
    for (const op of ['-', '+', '~']) if (this.take(op)) return { kind: 'unary', op, of: this.binary(11) };
    if (this.takeWord('not')) return { kind: 'unary', op: 'not', of: this.binary(3) };
    return this.postfix(this.atom());
  }

  private postfix(of: Expression): Expression {
    for (let count = 0; ; count++) {
      if (count > 500) throw new ScriptError('too-large', 'its program has an expression without end');
      if (this.take('.')) of = { kind: 'attribute', of, name: this.name() };
      else if (this.take('(')) of = this.call(of);
      else if (this.take('[')) {
        const index = this.expressions();
        this.sign(']');
        of = { kind: 'subscript', of, index };
      } else return of;
    }
  }

  private call(of: Expression): Expression {
    const args: Expression[] = [];
    const named = new Map<string, Expression>();
    while (!this.take(')')) {
      const next = this.tokens[this.at + 1];
      if (this.peek().kind === 'name' && next?.kind === 'sign' && next.text === '=') {
        const name = this.name();
        this.sign('=');
        named.set(name, this.expression());
      } else args.push(this.expression());
      if (!this.take(',') && !this.isSign(')')) throw this.error('has a call that does not end');
    }
    return { kind: 'call', of, args, named };
  }

  private atom(): Expression {
    const token = this.peek();
    this.at++;
    if (token.kind === 'name') {
      if (token.text === 'True' || token.text === 'False') return { kind: 'constant', value: token.text === 'True' };
      return token.text === 'None' ? { kind: 'constant', value: null } : { kind: 'name', name: token.text };
    }
    if (token.kind === 'integer' || token.kind === 'float') return { kind: token.kind, value: Number(token.text) };
    if (token.kind === 'text') {
      let value = unquoted(token.text);
      while (this.peek().kind === 'text') value += unquoted(this.expect('text').text);
      return { kind: 'text', value };
    }
    if (token.kind === 'sign') {
      if (token.text === '(') return this.parenthesised();
      if (token.text === '[') return { kind: 'list', items: this.items(']') };
      if (token.text === '{') return this.dictionary();
    }
    this.at--;
    throw this.error('has no value where one is needed');
  }

  private parenthesised(): Expression {
    if (this.take(')')) return { kind: 'tuple', items: [] };
    const first = this.expression();
    if (this.take(')')) return first;
    this.sign(',');
    return { kind: 'tuple', items: [first, ...this.items(')')] };
  }

  private items(end: string): Expression[] {
    const items: Expression[] = [];
    while (!this.take(end)) {
      items.push(this.expression());
      if (!this.take(',') && !this.isSign(end)) throw this.error('has a list that does not end');
    }
    return items;
  }

  private dictionary(): Expression {
    const entries: (readonly [Expression, Expression])[] = [];
    while (!this.take('}')) {
      const key = this.expression();
      this.sign(':');
      entries.push([key, this.expression()]);
      if (!this.take(',') && !this.isSign('}')) throw this.error('has a dictionary that does not end');
    }
    return { kind: 'dictionary', entries };
  }

  private dotted(): string {
    let name = this.name();
    while (this.take('.')) name += `.${this.name()}`;
    return name;
  }

  private peek(): Token {
    return this.tokens[this.at] ?? { kind: 'end', text: '', line: this.tokens.at(-1)?.line ?? 0 };
  }

  private expect(kind: TokenKind): Token {
    const token = this.peek();
    if (token.kind !== kind) throw this.error(`has no ${kind} where one is needed`);
    this.at++;
    return token;
  }

  private name(): string {
    return this.expect('name').text;
  }

  private isSign(text: string): boolean {
    const token = this.peek();
    return token.kind === 'sign' && token.text === text;
  }

  private isWord(text: string): boolean {
    const token = this.peek();
    return token.kind === 'name' && token.text === text;
  }

  private take(sign: string): boolean {
    if (!this.isSign(sign)) return false;
    this.at++;
    return true;
  }

  private takeWord(word: string): boolean {
    if (!this.isWord(word)) return false;
    this.at++;
    return true;
  }

  private sign(text: string): void {
    if (!this.take(text)) throw this.error(`has no "${text}" where one is needed`);
  }

  private word(text: string): void {
    if (!this.takeWord(text)) throw this.error(`has no "${text}" where one is needed`);
  }

  private skipLine(): void {
    while (this.peek().kind !== 'newline' && this.peek().kind !== 'end') this.at++;
    this.at++;
  }

  private error(what: string): ScriptError {
    return new ScriptError('corrupt', `line ${this.peek().line} of its program ${what}`);
  }
}
