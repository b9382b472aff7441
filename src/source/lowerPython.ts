import type { Node } from 'web-tree-sitter';
import { DEEPEST, meaningful, numberOf, spanOf, unescaped, unknownAt } from './lowering';
import type {
  Argument,
  ClassDefinition,
  Clause,
  Expression,
  FunctionDefinition,
  Import,
  Parameter,
  Statement,
} from './syntax';

/** The statements of a Python module. Functions are read when they are called, so the tree has to live as long as they may be. */
export function lowerPython(root: Node): readonly Statement[] {
  return statementsIn(root, 0);
}

function statementsIn(node: Node | null, depth: number): Statement[] {
  if (node === null || depth > DEEPEST) return [];
  const statements = meaningful(node).flatMap(child => statement(child, depth + 1));
  return node.type === 'ERROR' ? [...brokenClasses(node, depth), ...statements] : statements;
}

function statement(node: Node, depth: number): Statement[] {
  const span = spanOf(node);
  const field = (name: string) => node.childForFieldName(name);
  switch (node.type) {
    case 'expression_statement':
      return meaningful(node).flatMap(child => simple(child, depth + 1));
    case 'if_statement':
      return [ifStatement(node, node.childrenForFieldName('alternative').filter(isNode), depth)];
    case 'for_statement':
      return [
        {
          kind: 'for',
          ...span,
          target: expressionOf(field('left'), node, depth),
          iterable: expressionOf(field('right'), node, depth),
          body: statementsIn(field('body'), depth),
        },
        ...statementsIn(field('alternative')?.childForFieldName('body') ?? null, depth),
      ];
    case 'while_statement':
      return [
        {
          kind: 'while',
          ...span,
          condition: expressionOf(field('condition'), node, depth),
          body: statementsIn(field('body'), depth),
          step: [],
        },
      ];
    case 'with_statement':
      return [{ kind: 'block', ...span, body: statementsIn(field('body'), depth) }];
    case 'try_statement':
      // What is tried is taken to succeed.
      return [{ kind: 'block', ...span, body: statementsIn(field('body'), depth) }];
    case 'function_definition':
      return [{ kind: 'function', ...span, definition: functionDefinition(node, [], depth) }];
    case 'class_definition':
      return [{ kind: 'class', ...span, definition: classDefinition(node, [], depth) }];
    case 'decorated_definition':
      return decorated(node, depth);
    case 'return_statement': {
      const [value] = meaningful(node);
      return [{ kind: 'return', ...span, value: value && expression(value, depth + 1) }];
    }
    case 'break_statement':
      return [{ kind: 'leave', ...span, how: 'break' }];
    case 'continue_statement':
      return [{ kind: 'leave', ...span, how: 'continue' }];
    case 'raise_statement':
      return [{ kind: 'leave', ...span, how: 'raise' }];
    case 'import_statement':
    case 'import_from_statement':
      return [{ kind: 'import', ...span, imports: importsOf(node) }];
    // Where a text is being typed, statements stand within what is no sentence yet.
    case 'ERROR':
      return statementsIn(node, depth);
    default:
      return [];
  }
}

/** Heads of classes whose bodies are broken: `class`, a name and the bases, one after the other. */
function brokenClasses(node: Node, depth: number): Statement[] {
  const { children } = node;
  return children.flatMap((child, index): Statement[] => {
    const [name, bases] = [children[index + 1], children[index + 2]];
    if (child.type !== 'class' || name?.type !== 'identifier' || bases?.type !== 'argument_list') return [];
    const definition = {
      ...spanOf(child),
      name: name.text,
      nameSpan: spanOf(name),
      bases: meaningful(bases)
        .filter(isPlain)
        .map(base => expression(base, depth + 1)),
      body: [],
      decorators: [],
    };
    return [{ kind: 'class', ...spanOf(child), definition }];
  });
}

function isNode(node: Node | null): node is Node {
  return node !== null;
}

function simple(node: Node, depth: number): Statement[] {
  const span = spanOf(node);
  const left = node.childForFieldName('left');
  const right = node.childForFieldName('right');
  if (node.type === 'assignment') {
    if (left === null) return [];
    if (right === null) return left.type === 'identifier' ? [{ kind: 'declare', ...span, name: left.text }] : [];
    const targets = [expression(left, depth)];
    let value = right;
    // a = b = 3
    while (value.type === 'assignment') {
      const inner = value.childForFieldName('left');
      const next = value.childForFieldName('right');
      if (inner === null || next === null) return [];
      targets.push(expression(inner, depth));
      value = next;
    }
    return [{ kind: 'assign', ...span, targets, value: expression(value, depth) }];
  }
  if (node.type === 'augmented_assignment' && left !== null && right !== null) {
    const operator = (node.childForFieldName('operator')?.text ?? '').replace(/=$/, '');
    return [{ kind: 'change', ...span, target: expression(left, depth), operator, value: expression(right, depth) }];
  }
  return [{ kind: 'expression', ...span, value: expression(node, depth) }];
}

function ifStatement(node: Node, alternatives: readonly Node[], depth: number): Statement {
  const [next, ...rest] = alternatives;
  const otherwise =
    next === undefined || depth > DEEPEST
      ? []
      : next.type === 'elif_clause'
        ? [ifStatement(next, rest, depth + 1)]
        : statementsIn(next.childForFieldName('body'), depth);
  return {
    kind: 'if',
    ...spanOf(node),
    condition: expressionOf(node.childForFieldName('condition'), node, depth),
    then: statementsIn(node.childForFieldName('consequence'), depth),
    otherwise,
  };
}

function decorated(node: Node, depth: number): Statement[] {
  const definition = node.childForFieldName('definition');
  const decorators = meaningful(node)
    .filter(child => child.type === 'decorator')
    .flatMap(child => meaningful(child).map(inner => expression(inner, depth + 1)));
  if (definition?.type === 'class_definition')
    return [{ kind: 'class', ...spanOf(node), definition: classDefinition(definition, decorators, depth) }];
  if (definition?.type === 'function_definition')
    return [{ kind: 'function', ...spanOf(node), definition: functionDefinition(definition, decorators, depth) }];
  return [];
}

function classDefinition(node: Node, decorators: readonly Expression[], depth: number): ClassDefinition {
  const name = node.childForFieldName('name');
  const bases = node.childForFieldName('superclasses');
  return {
    ...spanOf(node),
    name: name?.text ?? '',
    nameSpan: spanOf(name ?? node),
    bases:
      bases === null
        ? []
        : meaningful(bases)
            .filter(isPlain)
            .map(base => expression(base, depth + 1)),
    body: statementsIn(node.childForFieldName('body'), depth),
    decorators,
  };
}

function isPlain(node: Node): boolean {
  return node.type !== 'keyword_argument';
}

function functionDefinition(node: Node, decorators: readonly Expression[], depth: number): FunctionDefinition {
  const body = node.childForFieldName('body');
  const expressionBody = node.type === 'lambda' && body !== null;
  let read: readonly Statement[] | undefined;
  return {
    ...spanOf(node),
    name: node.childForFieldName('name')?.text ?? '',
    parameters: parametersOf(node.childForFieldName('parameters'), depth),
    body: () =>
      (read ??= expressionBody
        ? [{ kind: 'return', ...spanOf(body), value: expression(body, depth + 1) }]
        : statementsIn(body, depth)),
    decorators,
  };
}

function parametersOf(node: Node | null, depth: number): Parameter[] {
  if (node === null) return [];
  return meaningful(node).flatMap((parameter): Parameter[] => {
    const value = parameter.childForFieldName('value');
    const named = parameter.childForFieldName('name')?.text;
    const inner = parameter.type === 'typed_parameter' ? meaningful(parameter)[0] : parameter;
    switch (inner?.type) {
      case 'identifier':
        return [{ name: inner.text, default: undefined, spread: undefined }];
      case 'default_parameter':
      case 'typed_default_parameter':
        return named === undefined
          ? []
          : [{ name: named, default: expressionOf(value, parameter, depth), spread: undefined }];
      case 'list_splat_pattern':
        return [{ name: inner.text.replace(/^\*/, ''), default: undefined, spread: 'values' }];
      case 'dictionary_splat_pattern':
        return [{ name: inner.text.replace(/^\*\*/, ''), default: undefined, spread: 'keywords' }];
      case undefined:
      default:
        return [];
    }
  });
}

function importsOf(node: Node): Import[] {
  const from = node.childForFieldName('module_name');
  const taken = node.childrenForFieldName('name').filter(isNode);
  const aliasOf = (name: Node) => ({
    path: name.type === 'aliased_import' ? (name.childForFieldName('name')?.text ?? '') : name.text,
    alias: name.type === 'aliased_import' ? name.childForFieldName('alias')?.text : undefined,
  });
  if (from === null)
    return taken.map(name => {
      const { path, alias } = aliasOf(name);
      // `import a.b` binds `a`; what is asked of it later is found by its whole path.
      return alias === undefined
        ? { module: path.split('.')[0]!, member: undefined, as: path.split('.')[0]! }
        : { module: path, member: undefined, as: alias };
    });
  if (meaningful(node).some(child => child.type === 'wildcard_import'))
    return [{ module: from.text, member: '*', as: '' }];
  return taken.map(name => {
    const { path, alias } = aliasOf(name);
    return { module: from.text, member: path, as: alias ?? path };
  });
}

function expressionOf(node: Node | null, around: Node, depth: number): Expression {
  return node === null ? unknownAt(around) : expression(node, depth + 1);
}

function expression(node: Node, depth: number): Expression {
  if (depth > DEEPEST) return unknownAt(node);
  const span = spanOf(node);
  const field = (name: string) => expressionOf(node.childForFieldName(name), node, depth);
  const inner = () => meaningful(node).map(child => expression(child, depth + 1));
  switch (node.type) {
    case 'integer':
    case 'float':
      return { kind: 'number', ...span, value: numberOf(node.text) };
    case 'string':
      return text(node, depth);
    case 'concatenated_string':
      return { kind: 'template', ...span, parts: inner() };
    case 'true':
    case 'false':
      return { kind: 'constant', ...span, value: node.type === 'true' };
    case 'none':
      return { kind: 'constant', ...span, value: null };
    case 'identifier':
      return { kind: 'name', ...span, name: node.text };
    case 'attribute':
      return {
        kind: 'member',
        ...span,
        object: field('object'),
        name: node.childForFieldName('attribute')?.text ?? '',
      };
    case 'subscript': {
      const indices = node.childrenForFieldName('subscript').filter(isNode);
      return indices.length === 1
        ? { kind: 'item', ...span, object: field('value'), index: expression(indices[0]!, depth + 1) }
        : unknownAt(node);
    }
    case 'slice':
      return slice(node, depth);
    case 'call':
      return { kind: 'call', ...span, callee: field('function'), parameters: argumentsOf(node, depth) };
    case 'list':
    case 'tuple':
    case 'set':
    case 'pattern_list':
    case 'tuple_pattern':
    case 'list_pattern':
    case 'expression_list':
      return { kind: 'list', ...span, items: inner() };
    case 'list_splat':
    case 'list_splat_pattern': {
      const [operand] = meaningful(node);
      return operand ? { kind: 'spread', ...span, operand: expression(operand, depth + 1) } : unknownAt(node);
    }
    case 'dictionary':
      return {
        kind: 'map',
        ...span,
        entries: meaningful(node).map(entry => ({
          key: entry.type === 'pair' ? expressionOf(entry.childForFieldName('key'), entry, depth) : undefined,
          value:
            entry.type === 'pair'
              ? expressionOf(entry.childForFieldName('value'), entry, depth)
              : expressionOf(meaningful(entry)[0] ?? null, entry, depth),
        })),
      };
    case 'binary_operator':
    case 'boolean_operator':
      return {
        kind: 'binary',
        ...span,
        operator: node.childForFieldName('operator')?.text ?? '',
        left: field('left'),
        right: field('right'),
      };
    case 'comparison_operator': {
      const [left, right, ...more] = meaningful(node);
      const operator = node
        .childrenForFieldName('operators')
        .filter(isNode)
        .map(word => word.text)
        .join(' ');
      return left && right && more.length === 0
        ? {
            kind: 'binary',
            ...span,
            operator,
            left: expression(left, depth + 1),
            right: expression(right, depth + 1),
          }
        : unknownAt(node);
    }
    case 'unary_operator':
      return {
        kind: 'unary',
        ...span,
        operator: node.childForFieldName('operator')?.text ?? '',
        operand: field('argument'),
      };
    case 'not_operator':
      return { kind: 'unary', ...span, operator: 'not', operand: field('argument') };
    case 'conditional_expression': {
      const [then, condition, otherwise] = inner();
      return then && condition && otherwise ? { kind: 'choice', ...span, condition, then, otherwise } : unknownAt(node);
    }
    case 'list_comprehension':
    case 'generator_expression':
    case 'set_comprehension':
    case 'dictionary_comprehension':
      return comprehension(node, depth);
    case 'lambda':
      return {
        kind: 'function',
        ...span,
        definition: { ...functionDefinition(node, [], depth), arrow: true },
      };
    case 'parenthesized_expression': {
      const [only] = inner();
      // Its own place, brackets included: a size that is written anew replaces them.
      return only ? { ...only, ...span } : unknownAt(node);
    }
    case 'named_expression':
      return { kind: 'assignment', ...span, target: field('name'), value: field('value') };
    case 'await':
      return inner()[0] ?? unknownAt(node);
    default:
      return unknownAt(node);
  }
}

function text(node: Node, depth: number): Expression {
  const parts = node.namedChildren.flatMap((child): (string | Expression)[] => {
    if (child.type === 'string_content') return [unescaped(child.text)];
    if (child.type !== 'interpolation') return [];
    return [expressionOf(child.childForFieldName('expression'), child, depth)];
  });
  return parts.every(part => typeof part === 'string')
    ? { kind: 'text', ...spanOf(node), value: parts.join('') }
    : { kind: 'template', ...spanOf(node), parts };
}

function slice(node: Node, depth: number): Expression {
  // from : to : step, each of which may be left out.
  const bounds: (Expression | undefined)[] = [undefined, undefined, undefined];
  let place = 0;
  for (const child of node.children) {
    if (child.type === ':') place++;
    else if (child.isNamed && place < 3) bounds[place] = expression(child, depth + 1);
  }
  return bounds[2] === undefined ? { kind: 'slice', ...spanOf(node), from: bounds[0], to: bounds[1] } : unknownAt(node);
}

function argumentsOf(node: Node, depth: number): Argument[] {
  const list = node.childForFieldName('arguments');
  if (list === null) return [];
  if (list.type === 'generator_expression')
    return [{ name: undefined, spread: undefined, value: comprehension(list, depth) }];
  return meaningful(list).map((argument): Argument => {
    const [first] = meaningful(argument);
    switch (argument.type) {
      case 'keyword_argument':
        return {
          name: argument.childForFieldName('name')?.text,
          spread: undefined,
          value: expressionOf(argument.childForFieldName('value'), argument, depth),
        };
      case 'list_splat':
        return { name: undefined, spread: 'values', value: expressionOf(first ?? null, argument, depth) };
      case 'dictionary_splat':
        return { name: undefined, spread: 'keywords', value: expressionOf(first ?? null, argument, depth) };
      default:
        return { name: undefined, spread: undefined, value: expression(argument, depth + 1) };
    }
  });
}

function comprehension(node: Node, depth: number): Expression {
  const body = node.childForFieldName('body');
  if (body === null) return unknownAt(node);
  const clauses: (Clause & { conditions: Expression[] })[] = [];
  for (const child of meaningful(node)) {
    if (child.type === 'for_in_clause')
      clauses.push({
        target: expressionOf(child.childForFieldName('left'), child, depth),
        iterable: expressionOf(child.childForFieldName('right'), child, depth),
        conditions: [],
      });
    else if (child.type === 'if_clause')
      clauses.at(-1)?.conditions.push(expressionOf(meaningful(child)[0] ?? null, child, depth));
  }
  const pair = body.type === 'pair';
  return {
    kind: 'comprehension',
    ...spanOf(node),
    key: pair ? expressionOf(body.childForFieldName('key'), body, depth) : undefined,
    element: pair ? expressionOf(body.childForFieldName('value'), body, depth) : expression(body, depth + 1),
    clauses,
  };
}
