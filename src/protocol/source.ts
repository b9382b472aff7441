import type { FaultData } from '../base/fault';
import type { NetworkMatch } from '../source/match';
import type { ModelLayer } from '../source/modelSizes';
import type { ModuleClass } from '../source/moduleClasses';
import type { SourceLayer, SourceNetwork } from '../source/networks';
import type { SourceEdit } from '../source/resize';
import type { TextChange } from '../source/sourceTexts';
import type { Size } from '../source/values';

/** What the thread that reads sources can be asked: name → question and answer. Files are named by their paths, with slashes. */
export interface SourceQuestions {
  /** The networks that a file defines. */
  readonly networks: {
    readonly input: { readonly file: string };
    readonly output: { readonly networks: readonly NetworkOutline[]; readonly broken: boolean };
  };
  /** Which layers of a model the networks of a file define; as many answers as networks. */
  readonly matches: {
    readonly input: { readonly file: string; readonly layers: readonly ModelLayer[] };
    readonly output: { readonly matches: readonly NamedMatch[]; readonly broken: boolean };
  };
  /** Which of some files define networks with layers that stand in this one. */
  readonly users: {
    readonly input: { readonly file: string; readonly candidates: readonly string[] };
    readonly output: readonly string[];
  };
  /** The edits that give a network the sizes of a model whose weights have other shapes. */
  readonly resize: {
    readonly input: {
      readonly file: string;
      readonly network: string;
      readonly model: readonly ModelLayer[];
      /** Shapes that weights are to have, by their names. */
      readonly shapes: Readonly<Record<string, readonly number[]>>;
    };
    readonly output: readonly SourceEdit[];
  };
  /** Classes that look like networks of PyTorch, file by file. A file that cannot be read defines none. */
  readonly classes: {
    readonly input: { readonly files: readonly string[] };
    readonly output: readonly FileClasses[];
  };
}

/** A network without where its numbers come from: an edit is worked out in the thread, and what is not sent holds up nobody who types. */
export interface NetworkOutline extends Omit<SourceNetwork, 'layers'> {
  readonly layers: readonly LayerOutline[];
}

export interface LayerOutline extends Omit<SourceLayer, 'sizes'> {
  readonly sizes: readonly Pick<Size, 'role' | 'value'>[];
}

export interface NamedMatch extends NetworkMatch {
  readonly network: NetworkOutline;
}

export interface FileClasses {
  readonly file: string;
  readonly classes: readonly ModuleClass[];
}

export type SourceQuestion = keyof SourceQuestions;

/** To the thread that reads sources. Texts of open editors come before the files. */
export type ToSource =
  | { readonly type: 'open'; readonly file: string; readonly text: string }
  | { readonly type: 'change'; readonly file: string; readonly changes: readonly TextChange[] }
  | { readonly type: 'close'; readonly file: string }
  | {
      readonly type: 'ask';
      readonly id: number;
      readonly question: SourceQuestion;
      readonly input: unknown;
      readonly cancellation: SharedArrayBuffer;
    };

/** Every question has one answer. */
export type FromSource =
  | { readonly type: 'answer'; readonly id: number; readonly output: unknown }
  | { readonly type: 'fault'; readonly id: number; readonly fault: FaultData }
  | { readonly type: 'crash'; readonly id: number; readonly message: string };
