import { ScriptError } from '../syntax';
import {
  Inert,
  Real,
  ScriptDict,
  ScriptList,
  SymInt,
  Tensor,
  truthOf,
  UNKNOWN,
  type GraphType,
  type ScriptValue,
} from '../values';
import { asTensor, isNumber, numberOf } from './arithmetic';
import { lengthOf } from './dims';
import type { Operator, OperatorTable } from './table';

const CODES: Readonly<Record<GraphType, number>> = { uint8: 0, int32: 3, int64: 4, float32: 6, bool: 11 };

const same: Operator = (_, a) => a.value('self');
const always =
  (value: ScriptValue): Operator =>
  () =>
    value;

export const PYTHON: OperatorTable = {
  'len(self)': ({ graph }, a) => {
    const self = a.value('self');
    if (self instanceof Tensor) return lengthOf(graph, self, 0);
    if (self instanceof ScriptList) return self.items.length;
    if (self instanceof ScriptDict) return self.entries.size;
    if (typeof self === 'string') return self.length;
    throw new ScriptError('unsupported', 'the length of what has none');
  },
  '__range_length(start, end, step)': (_, a) =>
    Math.max(0, Math.ceil((a.integer('end') - a.integer('start')) / Math.max(1, a.integer('step', 1)))),
  '__derive_index(index, start, step)': (_, a) => a.integer('start') + a.integer('index') * a.integer('step'),
  'range(start, end, step)': (_, a) => {
    const [start, end, step] = [a.value('start'), a.value('end'), a.value('step')];
    const [from, to, by] = end === null ? [0, start, 1] : [start, end, step ?? 1];
    if (typeof from !== 'number' || typeof to !== 'number' || typeof by !== 'number' || by === 0)
      throw new ScriptError('unsupported', 'a loop whose length depends on the input');
    const length = Math.max(0, Math.ceil((to - from) / by));
    if (length > 100_000) throw new ScriptError('too-large', 'its program has a loop that is too long');
    return new ScriptList(Array.from({ length }, (__, i) => from + i * by));
  },
  // A number that a trace kept as a tensor is the number.
  'NumToTensor(self)': same,
  'unchecked_unwrap_optional(self)': same,
  'unchecked_cast(self)': same,
  'data(self)': same,
  'IntImplicit|ImplicitTensorToNum|FloatImplicit|ScalarImplicit(self)': same,
  'Int|int(self)': (_, a) => {
    const self = a.value('self');
    if (isNumber(self)) return Math.trunc(numberOf(self));
    if (self instanceof SymInt) return self;
    throw new ScriptError('unsupported', 'a whole number that depends on values');
  },
  'Float|float(self)': ({ graph }, a) => {
    const self = a.value('self');
    if (isNumber(self)) return new Real(numberOf(self));
    if (typeof self === 'string') return new Real(Number(self.replace('inf', 'Infinity')));
    if (self instanceof Tensor || self instanceof SymInt) return asTensor(graph, self, 'float32');
    throw new ScriptError('unsupported', 'a float that depends on values');
  },
  'Bool|bool(self)': (_, a) => truthOf(a.value('self')) ?? UNKNOWN,
  'str(self)': (_, a) => {
    const self = a.value('self');
    if (typeof self === 'string' || typeof self === 'number') return String(self);
    return self instanceof Inert ? self.what : '';
  },
  'format(self, a, b, c, d, e, f)': always('a message'),
  'find(self, sub, start, end)': (_, a) => a.text('self', '').indexOf(a.text('sub', '')),
  'startswith(self, sub)': (_, a) => a.text('self', '').startsWith(a.text('sub', '')),
  'ceil_int|math_ceil(self)': (_, a) => Math.ceil(a.number('self')),
  'append(self, el)': (_, a) => {
    const self = a.value('self');
    if (!(self instanceof ScriptList)) throw new ScriptError('unsupported', 'an append to what is no list');
    self.items.push(a.value('el'));
    return self;
  },
  'extend(self, other)': (_, a) => {
    const self = a.value('self');
    if (!(self instanceof ScriptList)) throw new ScriptError('unsupported', 'an extension of what is no list');
    self.items.push(...a.list('other'));
    return null;
  },
  'insert(self, idx, el)': (_, a) => {
    const self = a.value('self');
    if (self instanceof ScriptList) self.items.splice(a.integer('idx'), 0, a.value('el'));
    return null;
  },
  'pop(self, idx)': (_, a) => {
    const self = a.value('self');
    if (!(self instanceof ScriptList) || self.items.length === 0)
      throw new ScriptError('unsupported', 'a pop from what is no list');
    return self.items.splice(a.integer('idx', -1), 1)[0] ?? null;
  },
  'list|tuple(self)': (_, a) => new ScriptList([...a.list('self')]),
  '__getitem__(self, key)': (_, a) => {
    const self = a.value('self');
    const key = a.value('key');
    const value =
      self instanceof ScriptList && typeof key === 'number'
        ? self.items.at(key)
        : self instanceof ScriptDict && (typeof key === 'string' || typeof key === 'number')
          ? self.entries.get(key)
          : undefined;
    if (value === undefined) throw new ScriptError('unsupported', 'an item of what has none');
    return value;
  },
  'keys(self)': (_, a) => {
    const self = a.value('self');
    return new ScriptList(self instanceof ScriptDict ? [...self.entries.keys()] : []);
  },
  'values(self)': (_, a) => {
    const self = a.value('self');
    return new ScriptList(self instanceof ScriptDict ? [...self.entries.values()] : []);
  },
  'TupleIndex(self, index)': (_, a) => a.list('self').at(a.integer('index')) ?? null,
  'dtype(self)': (_, a) => {
    const self = a.value('self');
    return self instanceof Tensor ? CODES[self.type] : 6;
  },
  'device(self)': always(new Inert('cpu')),
  'layout(self)': always(new Inert('strided')),
  'is_cuda|is_nested|is_sparse|is_quantized|is_mkldnn|is_complex|is_meta(self)': always(false),
  'is_floating_point(self)': (_, a) => a.tensor('self').type === 'float32',
  'is_autocast_enabled|is_autocast_cpu_enabled|is_scripting|is_tracing()': always(false),
  // So that modules take the way they take in training, which is written out: the fast one is a single operator.
  'is_grad_enabled()': always(true),
  'requires_grad(self)': always(true),
  'is_contiguous(self)': always(true),
  'warn(self, stacklevel)': always(null),
  'Print|print(self)': always(null),
  'set_grad_enabled(self)': always(null),
};
