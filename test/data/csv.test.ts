import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { MemorySource } from '../../src/base/bytes';
import { describeData, openData, openLabels } from '../../src/data/openData';
import { faultOf, fixture, textSource } from './support';

const read = (text: string, options = {}) => openData(textSource(text), options);
const numbers = (text: string, options = {}) => [...read(text, options).values];

describe('dialects of tables', () => {
  const rows = [
    [0.5, -1e-7, 3],
    [2.25, 1e21, -0.125],
  ];
  const written: Readonly<Record<string, (cell: (value: number) => string) => string>> = {
    commas: cell => rows.map(row => row.map(cell).join(',')).join('\n') + '\n',
    semicolons: cell => rows.map(row => row.map(cell).join(';')).join('\n'),
    tabs: cell => rows.map(row => row.map(cell).join('\t')).join('\n') + '\n',
    'CRLF, a byte order mark and quotes': cell =>
      '\ufeff' + rows.map(row => row.map(v => `"${cell(v)}"`).join(',')).join('\r\n') + '\r\n',
    'the line ends of old Macs': cell => rows.map(row => row.map(cell).join(',')).join('\r'),
    'blank lines and spaces': cell =>
      '\n' + rows.map(row => row.map(v => ` ${cell(v)} `).join(' , ')).join('\n\n') + '\n\n\n',
    'decimal commas between semicolons': cell =>
      rows.map(row => row.map(v => cell(v).replace('.', ',')).join(';')).join('\n'),
    'decimal commas between tabs': cell =>
      rows.map(row => row.map(v => cell(v).replace('.', ',')).join('\t')).join('\n'),
    'decimal commas in quotes': cell =>
      rows.map(row => row.map(v => `"${cell(v).replace('.', ',')}"`).join(',')).join('\n'),
  };
  for (const [dialect, write] of Object.entries(written))
    for (const header of [false, true])
      it(`reads ${dialect} ${header ? 'with' : 'without'} a header`, () => {
        const body = write(String);
        const separator = /\t/.test(body) ? '\t' : body.includes(';') ? ';' : ',';
        const mark = body.startsWith('\ufeff') ? '\ufeff' : '';
        const text = header ? `${mark}a${separator}"b ""c"""${separator}d\n${body.slice(mark.length)}` : body;
        const data = read(text);
        assert.deepEqual([...data.values], rows.flat());
        assert.deepEqual(data.columns, header ? ['a', 'b "c"', 'd'] : undefined);
      });

  it('reads numbers between spaces, as numpy.savetxt writes them, and between bars', () => {
    const spaced = '# a b c\n 5.0e-01  -1e-7 3\r\n2.25\t1e21   -0.125 \n';
    assert.deepEqual([...read(spaced).values], rows.flat());
    assert.deepEqual(read(spaced).columns, ['a', 'b', 'c']);
    assert.deepEqual(numbers('0.5|-1e-7|3\n2.25|1e21|-0.125'), rows.flat());
    // Spaces within text separate nothing.
    faultOf('unsupported', () => read('one two\nthree four\n'));
  });

  it('passes over remarks before the table, and the line that tells Excel the separator', () => {
    assert.deepEqual(read('# of 2026\n# by us, really\na,b,c\n1,2,3\n').columns, ['a', 'b', 'c']);
    assert.deepEqual(read('sep=;\na;b\n1;2\n').columns, ['a', 'b']);
    assert.deepEqual([...read('sep=;\n0,5;2\n3;4\n', { part: '0' }).values], [0.5, 3]);
  });

  it('reads decimal commas and semicolons after a byte order mark', () => {
    const data = openData(fixture('malformed', 'crlf_bom_semicolon.csv'));
    assert.deepEqual(
      [data.columns, [...data.values]],
      [
        ['x1', 'x2', 'label'],
        [0.1, 0.2, 0, 0.3, 0.4, 1],
      ],
    );
  });

  it('refuses numbers whose commas could be either kind of mark, and tables that mix marks', () => {
    faultOf('corrupt', () => read('a;b\n1,234;5,678\n'));
    faultOf('corrupt', () => read('a\tb\n12,345\t1\n'));
    faultOf('corrupt', () => read('a;b\n0,5;0.5\n'));
    faultOf(['corrupt', 'unsupported'], () => read('a;b\n1.234,5;1\n2;3\n'));
    assert.deepEqual(numbers('a;b\n1,234;0,5\n'), [1.234, 0.5]);
  });

  it('reads whatever numbers were written, in any dialect', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            fc.double({ noNaN: true, noDefaultInfinity: true }),
            fc.double({ noNaN: true, noDefaultInfinity: true }),
          ),
          {
            minLength: 1,
            maxLength: 20,
          },
        ),
        fc.constantFrom(',', ';', '\t'),
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.boolean(),
        (table, separator, end, quotes) => {
          const text = table.map(row => row.map(v => (quotes ? `"${v}"` : String(v))).join(separator)).join(end);
          assert.deepEqual(
            numbers(`x${separator}y${end}${text}`),
            table.flat().map(value => value + 0),
          );
        },
      ),
      { seed: 4, numRuns: 200 },
    );
  });

  it('reads a table of several blocks, and records that cross from one to the next', () => {
    const lines = Array.from({ length: 120_000 }, (_, i) => `${i},"${i / 4}",${-i}`);
    const data = read('a,b,c\r\n' + lines.join('\r\n'));
    assert.equal(data.rows, lines.length);
    assert.ok(data.values.every((value, at) => value === [1, 0.25, -1][at % 3]! * Math.floor(at / 3)));
  });
});

describe('headers of tables', () => {
  const columns = (text: string) => read(text).columns;

  it('are text above numbers', () => assert.deepEqual(columns('a,b\n1,2\n'), ['a', 'b']));
  it('may hold years', () =>
    assert.deepEqual(columns('id,2019,2020\n1,0.5,0.25\n2,1.5,2.5\n'), ['id', '2019', '2020']));
  it('may be the numbers 0, 1, 2 of a table without names', () =>
    assert.deepEqual(columns('0,1,2\n5,6,7\n'), ['0', '1', '2']));
  it('may be years, or places from 1, above numbers that are no whole ones', () => {
    assert.deepEqual(columns('2001,2002,2003\n0.5,1,2.5\n7,8,0.5\n'), ['2001', '2002', '2003']);
    assert.equal(columns('1,2,3\n4,5,6\n'), undefined);
    assert.equal(columns('1,2,4\n0.5,1,2\n'), undefined);
  });
  it('may begin with a #, as numpy.savetxt writes it', () => assert.deepEqual(columns('# a,b\n1,2\n'), ['a', 'b']));
  it('are not the first row of numbers', () => assert.equal(columns('1,2\n3,4\n'), undefined));

  it('are never made of a first row with a text among numbers: the text is refused', () => {
    assert.match(faultOf('unsupported', () => read('0.5,hello\n0.25,1\n0.75,2\n')).message, /"1".*"hello".*line 1/);
    const labels = openLabels(textSource('5.1,3.5,setosa\n4.9,3.0,virginica\n'), { part: '2' });
    assert.deepEqual(labels.classes, ['setosa', 'virginica']);
  });

  it('over a column of names are told from the names', () => {
    assert.equal(openLabels(textSource('species\nsetosa\nsetosa\n')).values.length, 2);
    assert.equal(openLabels(textSource('setosa\nsetosa\nvirginica\n')).values.length, 3);
  });

  it('without a name over a count of the rows mark an index, which is left out', () => {
    const data = read(',a,b\n0,5,6\n1,7,8\n');
    assert.deepEqual(
      [data.columns, [...data.values]],
      [
        ['a', 'b'],
        [5, 6, 7, 8],
      ],
    );
    assert.equal(data.warnings[0]?.code, 'index-column');
    assert.deepEqual(numbers(',a,b\n0,5,6\n2,7,8\n'), [0, 5, 6, 2, 7, 8]);
    // What pandas calls the index of a table that it wrote, and read, and wrote again.
    assert.deepEqual(numbers('Unnamed: 0,a\n0,5\n1,7\n'), [5, 7]);
  });
});

describe('columns of tables', () => {
  const table = 'x1,x2,species\n0.5,1,b\n0.25,2,a\n';

  it('can serve as labels and are then no data', () => {
    const labels = openLabels(textSource(table), { part: 'species' });
    assert.deepEqual([[...labels.values], labels.classes, labels.integers], [[1, 0], ['a', 'b'], false]);
    assert.deepEqual(numbers(table, { without: ['species'] }), [0.5, 1, 0.25, 2]);
  });
  it('of text are refused as numbers, by name and line', () => {
    const fault = faultOf('unsupported', () => read(table));
    assert.match(fault.message, /"species".*"b".*line 2/);
    assert.match(fault.hint ?? '', /table\.csv#species/);
  });
  it('can be read alone', () => assert.deepEqual(numbers(table, { part: 'x2' }), [1, 2]));
  it('that are not there are told from those that are', () => {
    assert.match(faultOf('usage', () => read(table, { part: 'x3' })).message, /"x3".*"x1", "x2", "species"/);
    assert.match(faultOf('usage', () => read(table, { without: ['y'] })).message, /"y"/);
    faultOf('usage', () => read('a,a\n1,2\n', { part: 'a' }));
  });
  it('of labels are found without a name where one alone fits', () => {
    assert.equal(openLabels(textSource(table)).part, 'species');
    assert.equal(openLabels(textSource('a,label\n1,0\n')).part, 'label');
    assert.match(faultOf('usage', () => openLabels(textSource('a,b\n1,0\n'))).message, /"a", "b"/);
  });
  it('none of which is left are no data', () =>
    void faultOf('empty', () => read('label\n1\n2\n', { without: ['label'] })));
});

describe('tables that are refused', () => {
  it('for a line of other length, naming it', () => {
    assert.match(
      faultOf('corrupt', () => openData(fixture('malformed', 'ragged.csv'))).message,
      /Line 3 has 2 fields.*3/,
    );
    assert.match(faultOf('corrupt', () => read('a,b\n"1\n",2\n\n3,4,5\n')).message, /Line 5 /);
  });
  it('for text in a column of numbers, naming both', () => {
    assert.match(
      faultOf('corrupt', () => openData(fixture('malformed', 'text_in_numeric.csv'))).message,
      /Line 3 .*"hello".*"x1"/,
    );
    for (const text of ['0x10', '1e', '--1', '1 2', '1_000', 'true', '=1+1', '١'])
      faultOf('corrupt', () => read(`a,b\n1,2\n1,2\n${text},3\n1,2\n`));
  });
  it('for missing and infinite numbers, naming row and column, unless they are left out', () => {
    const text = 'a,b\n1,2\n,3\n4,NaN\n-inf,5\n1e999,6\n7,8\n';
    assert.match(faultOf('not-finite', () => read(text)).message, /Rows 1–4 .*row 1 has NaN in column 0 \("a"\)/);
    const data = read(text, { dropNotFinite: true });
    assert.deepEqual(
      [[...data.values], data.dropped],
      [
        [1, 2, 7, 8],
        [1, 2, 3, 4],
      ],
    );
    assert.match(data.warnings[0]?.message ?? '', /Rows 1–4/);
    faultOf('empty', () => read('a,b\n1,\n', { dropNotFinite: true }));
  });
  it('for quotes that do not close, naming where they open', () => {
    assert.match(faultOf('corrupt', () => read('a,b\n1,2\n"3,4\n5,6\n')).message, /line 3/);
    faultOf('corrupt', () => read('a,b\n"1"2,3\n'));
  });
  it('for text in another encoding than UTF-8, saying so', () => {
    const source = new MemorySource('x.csv', Uint8Array.of(0x67, 0x72, 0xf6, 0xdf, 0x65, 0x0a, 0x31, 0x0a));
    assert.match(faultOf('unsupported', () => openData(source, {})).message, /text that is not UTF-8/);
  });

  it('for having no rows', () => {
    faultOf('empty', () => read('   \n \n'));
    for (const name of ['empty.csv', 'header_only.csv']) faultOf('empty', () => openData(fixture('malformed', name)));
    faultOf('empty', () => read('\n\n'));
    faultOf('empty', () => read('\ufeff'));
  });
  it('for what is no UTF-8 text', () => {
    const bytes = (...values: readonly number[]) => new MemorySource('a.csv', Uint8Array.from(values));
    faultOf('unsupported', () => openData(bytes(0x61, 0x2c, 0xe4, 0x0a, 0x31, 0x2c, 0x32)));
    assert.match(faultOf('unsupported', () => openData(bytes(0xff, 0xfe, 0x31, 0))).message, /UTF-16/);
    faultOf('unsupported', () => openData(bytes(0x31, 0, 0x32, 0)));
    for (const text of ['<!DOCTYPE html><p>1,2', '{\n"a": 1}\n', '[[1, 2]]', '[\n[1, 2]\n]'])
      faultOf('unsupported', () => read(text));
  });
  it('with hostile text shown on one line and cut short', () => {
    const { message } = faultOf('corrupt', () =>
      read(`a,b\n1,2\n1,2\n"${'\u202e\n<img src=x onerror=alert(1)>'.repeat(50)}",3\n`),
    );
    assert.doesNotMatch(message, /\u202e/);
    assert.ok(message.length < 200);
  });
});

describe('a look at a table', () => {
  it('tells its columns, those like labels, and how it can be opened', () => {
    const look = describeData(textSource('x1,x2,species\n0.5,1,b\n0.25,2,a\n'));
    assert.deepEqual(look.labels, ['species']);
    assert.deepEqual(look.choices, [
      { part: undefined, without: ['species'], rows: 2, rowsExact: true, rowShape: [2], type: 'float64' },
    ]);
    assert.deepEqual(
      look.columns?.map(column => column.kind),
      ['number', 'number', 'text'],
    );
  });
  it('offers numbers called labels both as labels and as data', () => {
    const look = describeData(textSource('x,label\n1,0\n2,1\n'));
    assert.deepEqual(
      look.choices.map(choice => [choice.without, choice.rowShape]),
      [
        [['label'], [1]],
        [[], [2]],
      ],
    );
  });
  it('estimates the rows of a long one within a tenth', () => {
    const look = describeData(textSource('x,y\n' + '1.25,3.5\n'.repeat(50_000)));
    assert.equal(look.choices[0]?.rowsExact, false);
    assert.ok(Math.abs(look.choices[0].rows - 50_000) < 5000);
  });
});
