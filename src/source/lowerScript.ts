import type { Node } from 'web-tree-sitter';
import { DEEPEST, meaningful, numberOf, spanOf, unescaped, unknownAt } from './lowering';
import type {
  Argument,
  ClassDefinition,
  Expression,
  FunctionDefinition,
  Import,
  MapEntry,
  Parameter,
  Statement,
} from './syntax';

/** The statements of a JavaScript or TypeScript module; types mean nothing here. Functions are read when they are called. */
export function lowerScript(root: Node): readonly Statement[] {
  return statementsIn(root, 0);
}

function statementsIn(node: Node | null, depth: number): Statement[] {
  if (node === null || depth > DEEPEST) return [];
  // The branch of an `if` or the body of a loop may be one statement without braces.
  const isBlock = ['program', 'statement_block', 'ERROR', 'class_body', 'else_clause'].includes(node.type);
  return isBlock ? meaningful(node).flatMap(child => statement(child, depth + 1)) : statement(node, depth + 1);
}

function statement(node: Node, depth: number): Statement[] {
  const span = spanOf(node);
  const field = (name: string) => node.childForFieldName(name);
  switch (node.type) {
    case 'lexical_declaration':
    case 'variable_declaration':
      return meaningful(node)
        .filter(child => child.type === 'variable_declarator')
        .flatMap((child): Statement[] => {
          const value = child.childForFieldName('value');
          if (value === null) return [];
          const target = expressionOf(child.childForFieldName('name'), child, depth);
          return [{ kind: 'assign', ...spanOf(child), targets: [target], value: expression(value, depth) }];
        });
    case 'expression_statement':
      return meaningful(node).flatMap(child => simple(child, depth + 1));
    case 'assignment_expression':
    case 'augmented_assignment_expression':
    case 'update_expression':
      return simple(node, depth);
    case 'if_statement':
      return [
        {
          kind: 'if',
          ...span,
          condition: expressionOf(field('condition'), node, depth),
          then: statementsIn(field('consequence'), depth),
          otherwise: statementsIn(field('alternative'), depth),
        },
      ];
    case 'for_statement': {
      const increment = field('increment');
      return [
        ...statementsIn(field('initializer'), depth),
        {
          kind: 'while',
          ...span,
          condition: expressionOf(field('condition'), node, depth),
          body: statementsIn(field('body'), depth),
          step: increment === null ? [] : simple(increment, depth),
        },
      ];
    }
    case 'for_in_statement': {
      const iterable = expressionOf(field('right'), node, depth);
      return [
        {
          kind: 'for',
          ...span,
          target: expressionOf(field('left'), node, depth),
          // `in` walks through keys: what they are is not followed.
          iterable: field('operator')?.text === 'of' ? iterable : unknownAt(node),
          body: statementsIn(field('body'), depth),
        },
      ];
    }
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
    case 'try_statement':
      return [{ kind: 'block', ...span, body: statementsIn(field('body'), depth) }];
    case 'function_declaration':
    case 'generator_function_declaration':
      return [{ kind: 'function', ...span, definition: functionDefinition(node, depth) }];
    case 'class_declaration':
    case 'abstract_class_declaration':
      return [{ kind: 'class', ...span, definition: classDefinition(node, depth) }];
    case 'return_statement': {
      const [value] = meaningful(node);
      return [{ kind: 'return', ...span, value: value && expression(value, depth + 1) }];
    }
    case 'break_statement':
      return [{ kind: 'leave', ...span, how: 'break' }];
    case 'continue_statement':
      return [{ kind: 'leave', ...span, how: 'continue' }];
    case 'throw_statement':
      return [{ kind: 'leave', ...span, how: 'raise' }];
    case 'import_statement':
      return [{ kind: 'import', ...span, imports: importsOf(node) }];
    case 'export_statement': {
      const exported = field('declaration') ?? field('value');
      if (exported === null) return [];
      return exported.type.endsWith('declaration') ? statement(exported, depth + 1) : simple(exported, depth + 1);
    }
    case 'statement_block':
    case 'ERROR':
      return [{ kind: 'block', ...span, body: statementsIn(node, depth) }];
    default:
      return [];
  }
}

function simple(node: Node, depth: number): Statement[] {
  const span = spanOf(node);
  const left = node.childForFieldName('left');
  const right = node.childForFieldName('right');
  if (node.type === 'sequence_expression') return meaningful(node).flatMap(child => simple(child, depth + 1));
  if (node.type === 'assignment_expression' && left !== null && right !== null)
    return [{ kind: 'assign', ...span, targets: [expression(left, depth)], value: expression(right, depth) }];
  if (node.type === 'augmented_assignment_expression' && left !== null && right !== null) {
    const operator = (node.childForFieldName('operator')?.text ?? '').replace(/=$/, '');
    return [{ kind: 'change', ...span, target: expression(left, depth), operator, value: expression(right, depth) }];
  }
  if (node.type === 'update_expression') {
    const target = expressionOf(node.childForFieldName('argument'), node, depth);
    const operator = node.childForFieldName('operator')?.text === '--' ? '-' : '+';
    return [{ kind: 'change', ...span, target, operator, value: { kind: 'number', ...span, value: 1 } }];
  }
  return [{ kind: 'expression', ...span, value: expression(node, depth) }];
}

function classDefinition(node: Node, depth: number): ClassDefinition {
  const name = node.childForFieldName('name');
  const heritage = meaningful(node).find(child => child.type === 'class_heritage');
  const extended = heritage && (meaningful(heritage).find(child => child.type === 'extends_clause') ?? heritage);
  const base = extended && (extended.childForFieldName('value') ?? meaningful(extended)[0]);
  const body = node.childForFieldName('body');
  return {
    ...spanOf(node),
    name: name?.text ?? '',
    nameSpan: spanOf(name ?? node),
    bases: base ? [expression(base, depth + 1)] : [],
    body: body === null ? [] : meaningful(body).flatMap(member => classMember(member, depth + 1)),
    decorators: [],
  };
}

function classMember(node: Node, depth: number): Statement[] {
  const span = spanOf(node);
  if (node.type === 'method_definition')
    return [{ kind: 'function', ...span, definition: functionDefinition(node, depth) }];
  if (node.type !== 'field_definition' && node.type !== 'public_field_definition') return [];
  const name = node.childForFieldName('property') ?? node.childForFieldName('name');
  const value = node.childForFieldName('value');
  if (name === null || value === null) return [];
  const target: Expression = { kind: 'name', ...spanOf(name), name: name.text };
  return [{ kind: 'assign', ...span, targets: [target], value: expression(value, depth) }];
}

function functionDefinition(node: Node, depth: number): FunctionDefinition {
  const body = node.childForFieldName('body');
  const single = node.childForFieldName('parameter');
  const list = node.childForFieldName('parameters');
  const parameters = single ? [single] : list === null ? [] : meaningful(list);
  let read: readonly Statement[] | undefined;
  return {
    ...spanOf(node),
    name: node.childForFieldName('name')?.text ?? '',
    parameters: parameters.flatMap(parameter => parameterOf(parameter, depth)),
    body: () =>
      (read ??=
        body !== null && body.type !== 'statement_block'
          ? [{ kind: 'return', ...spanOf(body), value: expression(body, depth + 1) }]
          : statementsIn(body, depth)),
    decorators: [],
    ...(node.type === 'arrow_function' ? { arrow: true } : {}),
  };
}

function parameterOf(node: Node, depth: number): Parameter[] {
  const value = node.childForFieldName('value') ?? node.childForFieldName('right');
  const pattern = node.childForFieldName('pattern') ?? node.childForFieldName('left') ?? node;
  const given = value === null ? undefined : expression(value, depth + 1);
  switch (pattern.type) {
    case 'identifier':
      return [{ name: pattern.text, default: given, spread: undefined }];
    case 'rest_pattern':
      return [{ name: meaningful(pattern)[0]?.text ?? '', default: undefined, spread: 'values' }];
    case 'object_pattern':
    case 'array_pattern':
      return [{ name: '', default: given, spread: undefined, pattern: expression(pattern, depth + 1) }];
    default:
      return [];
  }
}

function importsOf(node: Node): Import[] {
  const module = unquoted(node.childForFieldName('source'));
  const clause = meaningful(node).find(child => child.type === 'import_clause');
  if (clause === undefined) return [];
  return meaningful(clause).flatMap((child): Import[] => {
    if (child.type === 'identifier') return [{ module, member: 'default', as: child.text }];
    if (child.type === 'namespace_import')
      return meaningful(child).map(name => ({ module, member: undefined, as: name.text }));
    return meaningful(child)
      .filter(inner => inner.type === 'import_specifier')
      .map(inner => {
        const name = inner.childForFieldName('name')?.text ?? '';
        return { module, member: name, as: inner.childForFieldName('alias')?.text ?? name };
      });
  });
}

function unquoted(node: Node | null): string {
  return node === null ? '' : node.text.slice(1, -1);
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
    case 'number':
      return { kind: 'number', ...span, value: numberOf(node.text) };
    case 'string':
      return { kind: 'text', ...span, value: unescaped(unquoted(node)) };
    case 'template_string':
      return {
        kind: 'template',
        ...span,
        parts: node.namedChildren.flatMap((child): (string | Expression)[] => {
          if (child.type === 'string_fragment') return [child.text];
          const [value] = meaningful(child);
          return child.type === 'template_substitution' && value ? [expression(value, depth + 1)] : [];
        }),
      };
    case 'true':
    case 'false':
      return { kind: 'constant', ...span, value: node.type === 'true' };
    case 'null':
    case 'undefined':
      return { kind: 'constant', ...span, value: null };
    case 'identifier':
    case 'this':
    case 'super':
    case 'shorthand_property_identifier':
      return { kind: 'name', ...span, name: node.text };
    case 'member_expression':
      return {
        kind: 'member',
        ...span,
        object: field('object'),
        name: node.childForFieldName('property')?.text ?? '',
      };
    case 'subscript_expression':
      return { kind: 'item', ...span, object: field('object'), index: field('index') };
    case 'call_expression':
      return {
        kind: 'call',
        ...span,
        callee: field('function'),
        parameters: argumentsOf(node.childForFieldName('arguments'), depth),
      };
    case 'new_expression':
      return {
        kind: 'call',
        ...span,
        callee: field('constructor'),
        parameters: argumentsOf(node.childForFieldName('arguments'), depth),
      };
    case 'array':
    case 'array_pattern':
      return { kind: 'list', ...span, items: inner() };
    case 'spread_element':
    case 'rest_pattern':
      return { kind: 'spread', ...span, operand: inner()[0] ?? unknownAt(node) };
    case 'object':
    case 'object_pattern':
      return { kind: 'map', ...span, entries: meaningful(node).flatMap(entry => entryOf(entry, depth + 1)) };
    case 'assignment_pattern':
      return { kind: 'assignment', ...span, target: field('left'), value: field('right') };
    case 'arrow_function':
    case 'function_expression':
      return { kind: 'function', ...span, definition: functionDefinition(node, depth) };
    case 'class':
      return { kind: 'class', ...span, definition: classDefinition(node, depth) };
    case 'binary_expression':
      return {
        kind: 'binary',
        ...span,
        operator: node.childForFieldName('operator')?.text ?? '',
        left: field('left'),
        right: field('right'),
      };
    case 'unary_expression':
      return {
        kind: 'unary',
        ...span,
        operator: node.childForFieldName('operator')?.text ?? '',
        operand: field('argument'),
      };
    case 'ternary_expression':
      return {
        kind: 'choice',
        ...span,
        condition: field('condition'),
        then: field('consequence'),
        otherwise: field('alternative'),
      };
    case 'assignment_expression':
      return { kind: 'assignment', ...span, target: field('left'), value: field('right') };
    case 'parenthesized_expression': {
      const [only] = inner();
      return only ? { ...only, ...span } : unknownAt(node);
    }
    // Types are passed over.
    case 'as_expression':
    case 'satisfies_expression':
    case 'non_null_expression':
    case 'await_expression':
    case 'instantiation_expression':
      return inner()[0] ?? unknownAt(node);
    case 'type_assertion':
      return inner().at(-1) ?? unknownAt(node);
    default:
      return unknownAt(node);
  }
}

function entryOf(node: Node, depth: number): MapEntry[] {
  const value = node.childForFieldName('value');
  const keyNode = node.childForFieldName('key');
  switch (node.type) {
    case 'pair':
    case 'pair_pattern':
      return keyNode === null ? [] : [{ key: keyOf(keyNode, depth), value: expressionOf(value, node, depth) }];
    case 'shorthand_property_identifier':
    case 'shorthand_property_identifier_pattern': {
      const name: Expression = { kind: 'name', ...spanOf(node), name: node.text };
      return [{ key: { kind: 'text', ...spanOf(node), value: node.text }, value: name }];
    }
    case 'object_assignment_pattern': {
      const left = node.childForFieldName('left');
      const right = node.childForFieldName('right');
      if (left === null || right === null) return [];
      const target: Expression = { kind: 'name', ...spanOf(left), name: left.text };
      const given = expression(right, depth + 1);
      return [
        {
          key: { kind: 'text', ...spanOf(left), value: left.text },
          value: { kind: 'assignment', ...spanOf(node), target, value: given },
        },
      ];
    }
    case 'spread_element':
      return [{ key: undefined, value: expressionOf(meaningful(node)[0] ?? null, node, depth) }];
    case 'method_definition': {
      const name = node.childForFieldName('name');
      if (name === null) return [];
      const definition = functionDefinition(node, depth);
      return [{ key: keyOf(name, depth), value: { kind: 'function', ...spanOf(node), definition } }];
    }
    default:
      return [];
  }
}

function keyOf(node: Node, depth: number): Expression {
  if (node.type === 'property_identifier') return { kind: 'text', ...spanOf(node), value: node.text };
  if (node.type === 'computed_property_name') return expressionOf(meaningful(node)[0] ?? null, node, depth);
  return expression(node, depth + 1);
}

function argumentsOf(node: Node | null, depth: number): Argument[] {
  if (node === null) return [];
  return meaningful(node).map(argument => ({
    name: undefined,
    spread: argument.type === 'spread_element' ? 'values' : undefined,
    value:
      argument.type === 'spread_element'
        ? expressionOf(meaningful(argument)[0] ?? null, argument, depth)
        : expression(argument, depth + 1),
  }));
}
