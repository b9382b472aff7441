/** The codes of every refusal, as scripts and panels see them. */
export const FAULT_CODES = [
  'usage',
  'not-found',
  'not-a-model',
  'unsupported',
  'corrupt',
  'unsafe',
  'shape-mismatch',
  'not-finite',
  'empty',
  'exists',
  'too-large',
  'cancelled',
] as const;

export type FaultCode = (typeof FAULT_CODES)[number];

/** A fault as plain data: what crosses a thread, a frame, or standard output. */
export interface FaultData {
  readonly code: FaultCode;
  /** One sentence: what is wrong, and where. */
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string;
  /** The file or option at fault, as it was given. */
  readonly source?: string;
}

/** Names in a message come from strangers' files: what would move a terminal's cursor, end a line or turn text around is shown as a dot. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** A refusal that a person can act on. Anything thrown that is not a Fault is a defect of ours. */
export class Fault extends Error implements FaultData {
  override readonly name = 'Fault';
  readonly code: FaultCode;
  readonly hint?: string;
  readonly source?: string;

  constructor(code: FaultCode, message: string, more: { hint?: string; source?: string; cause?: unknown } = {}) {
    super(message.replace(UNSEEN, '·'), more.cause === undefined ? undefined : { cause: more.cause });
    this.code = code;
    if (more.hint !== undefined) this.hint = more.hint;
    if (more.source !== undefined) this.source = more.source;
  }

  /** The same fault, blamed on `source` unless it already names one. */
  at(source: string): Fault {
    if (this.source !== undefined) return this;
    return new Fault(this.code, this.message, {
      ...(this.hint === undefined ? {} : { hint: this.hint }),
      source,
      cause: this.cause,
    });
  }

  toData(): FaultData {
    return {
      code: this.code,
      message: this.message,
      ...(this.hint === undefined ? {} : { hint: this.hint }),
      ...(this.source === undefined ? {} : { source: this.source }),
    };
  }

  static fromData(data: FaultData): Fault {
    return new Fault(data.code, data.message, {
      ...(data.hint === undefined ? {} : { hint: data.hint }),
      ...(data.source === undefined ? {} : { source: data.source }),
    });
  }
}

export function isCancelled(error: unknown): boolean {
  return error instanceof Fault && error.code === 'cancelled';
}

/** Something a result is still worth having with, but that its reader must know. */
export interface Warning {
  readonly code: string;
  readonly message: string;
}
