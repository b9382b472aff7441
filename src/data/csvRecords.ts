import type { ByteSource } from '../base/bytes';
import { Fault } from '../base/fault';
import { quoted } from '../base/text';

/** A space stands for any number of spaces and tabs, as numpy.savetxt and tables for people have them. */
export type Separator = ',' | ';' | '\t' | '|' | ' ';

const BLOCK_BYTES = 2 ** 20;
const LONGEST_RECORD = 16 * 2 ** 20;

/**
 * The records of comma-separated text (RFC 4180, with any of these separators and any line end), one at a time: memory is
 * bounded by the longest record. Blank lines are no records. A byte order mark is passed over.
 *
 * Throws `corrupt` for quotes that do not close, `unsupported` for text that is not UTF-8, `too-large` for a record beyond 16 MiB.
 */
export class CsvRecords {
  /** Of the record that was read last. */
  readonly fields: string[] = [];
  /** On which it begins, counted from 1. */
  line = 0;

  private text = '';
  private at = 0;
  private offset = 0;
  private nextLine = 1;
  private readonly decoder = new TextDecoder('utf-8', { fatal: true });

  /** Reads the bytes [0, `limit`) of the source. */
  constructor(
    private readonly source: ByteSource,
    private readonly separator: Separator,
    private readonly limit = source.size,
  ) {}

  /** Reads a record into `fields`; false at the end. */
  next(): boolean {
    for (;;) {
      const end = this.parse();
      if (end < 0) {
        this.fill();
        continue;
      }
      const start = this.at;
      this.at = end;
      if (end === start) return false;
      this.line = this.nextLine;
      this.countLines(start, end);
      if (this.fields.length > 1 || this.fields[0]!.trim() !== '') return true;
    }
  }

  /** Share of the bytes that were read. */
  get fraction(): number {
    return this.limit === 0 ? 1 : this.offset / this.limit;
  }

  private get ended(): boolean {
    return this.offset >= this.limit;
  }

  private fill(): void {
    const length = Math.min(BLOCK_BYTES, this.limit - this.offset);
    const bytes = this.source.read(this.offset, length);
    this.offset += length;
    if (this.text.length - this.at > LONGEST_RECORD)
      throw new Fault('too-large', `Line ${this.nextLine} is longer than ${LONGEST_RECORD} characters.`, {
        hint: 'If the file is a table, check its line ends and quotes.',
        source: this.source.name,
      });
    // The end of a look at part of a file may cut a character in two.
    const more = this.offset < this.limit || this.limit < this.source.size;
    try {
      this.text = this.text.slice(this.at) + this.decoder.decode(bytes, { stream: more });
    } catch (cause) {
      throw new Fault('unsupported', 'The text is not UTF-8.', {
        hint: 'Save the file as UTF-8 CSV.',
        source: this.source.name,
        cause,
      });
    }
    this.at = 0;
  }

  /** Parses the record at `at`; its end, or −1 where more text is needed. At the end of the text: `at` itself. */
  private parse(): number {
    const { text, fields } = this;
    if (this.separator === ' ') return this.parseSpaced();
    const separator = this.separator.charCodeAt(0);
    fields.length = 0;
    let at = this.at;
    if (at >= text.length) return this.ended ? at : -1;
    for (;;) {
      // A field that begins with a quote ends with one; in any other, quotes are characters like others.
      if (text.charCodeAt(at) === QUOTE) {
        let close = text.indexOf('"', at + 1);
        while (close >= 0 && text.charCodeAt(close + 1) === QUOTE) close = text.indexOf('"', close + 2);
        if (close < 0 || (close + 1 >= text.length && !this.ended)) {
          if (!this.ended) return -1;
          throw this.fault(`a quote is opened in line ${this.nextLine} and never closed`);
        }
        fields.push(text.slice(at + 1, close).replaceAll('""', '"'));
        at = close + 1;
        const after = text.charCodeAt(at);
        if (at < text.length && after !== separator && after !== NEWLINE && after !== RETURN)
          throw this.fault(`in line ${this.nextLine}, ${quoted(text.slice(at, at + 20))} follows a closing quote`);
      } else {
        const start = at;
        let code = text.charCodeAt(at);
        while (at < text.length && code !== separator && code !== NEWLINE && code !== RETURN)
          code = text.charCodeAt(++at);
        fields.push(text.slice(start, at));
      }
      if (at >= text.length) return this.ended ? at : -1;
      const code = text.charCodeAt(at);
      if (code === separator) {
        at++;
        if (at >= text.length && !this.ended) return -1;
        continue;
      }
      if (code === RETURN) {
        if (at + 1 >= text.length && !this.ended) return -1;
        return text.charCodeAt(at + 1) === NEWLINE ? at + 2 : at + 1;
      }
      return at + 1;
    }
  }

  /** The same for a line whose fields have spaces between them, and no quotes. */
  private parseSpaced(): number {
    const { text, fields } = this;
    fields.length = 0;
    if (this.at >= text.length) return this.ended ? this.at : -1;
    let end = this.at;
    while (end < text.length && text.charCodeAt(end) !== NEWLINE && text.charCodeAt(end) !== RETURN) end++;
    if (end + 1 >= text.length && !this.ended) return -1;
    fields.push(
      ...text
        .slice(this.at, end)
        .trim()
        .split(/[ \t]+/),
    );
    if (end >= text.length) return end;
    return text.charCodeAt(end) === RETURN && text.charCodeAt(end + 1) === NEWLINE ? end + 2 : end + 1;
  }

  /** Line ends within [start, end), those in quotes among them. */
  private countLines(start: number, end: number): void {
    const { text } = this;
    for (let at = start; at < end; at++) {
      const code = text.charCodeAt(at);
      if (code === NEWLINE || (code === RETURN && text.charCodeAt(at + 1) !== NEWLINE)) this.nextLine++;
    }
  }

  private fault(what: string): Fault {
    return new Fault('corrupt', `The table is damaged: ${what}.`, {
      hint: 'Correct the line, or export the table again.',
      source: this.source.name,
    });
  }
}

const QUOTE = 34;
const NEWLINE = 10;
const RETURN = 13;
