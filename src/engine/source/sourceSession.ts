import fs from 'node:fs';
import path from 'node:path';
import { Cancellation } from '../../base/cancellation';
import { Fault } from '../../base/fault';
import type { FromSource, NetworkOutline, SourceQuestion, SourceQuestions, ToSource } from '../../protocol/source';
import { matchNetwork } from '../../source/match';
import type { SourceNetwork } from '../../source/networks';
import { Grammars, LARGEST_SOURCE } from '../../source/parser';
import { resizeNetwork } from '../../source/resize';
import { wantedSizes } from '../../source/wantedSizes';
import { SourceProgram, type ReadFiles } from '../../source/sourceProgram';

export interface SourceEnvironment {
  /** The folder of the parser and its grammars: dist/grammars. */
  readonly grammars: string;
  /** Folders whose files may be read, with slashes. */
  readonly roots: readonly string[];
}

/** What the thread does with the messages it gets: one question at a time, in their order, so that no text changes in the midst of one. */
export class SourceSession {
  private readonly program: SourceProgram;
  private readonly files: WorkspaceTexts;
  private queue: Promise<void> = Promise.resolve();

  constructor(
    environment: SourceEnvironment,
    private readonly post: (message: FromSource) => void,
  ) {
    const read = (file: string) => fs.readFileSync(path.join(environment.grammars, file));
    this.files = new WorkspaceTexts(environment.roots);
    this.program = new SourceProgram(
      new Grammars({
        parser: () => read('web-tree-sitter.wasm'),
        grammar: name => read(`tree-sitter-${name}.wasm`),
      }),
      this.files,
    );
  }

  receive(message: ToSource): void {
    this.queue = this.queue.then(() => this.handle(message));
  }

  private async handle(message: ToSource): Promise<void> {
    switch (message.type) {
      case 'open':
        this.program.texts.set(message.file, message.text);
        return;
      case 'change':
        this.program.texts.change(message.file, message.changes);
        return;
      case 'close':
        this.program.texts.close(message.file);
        return;
      case 'ask':
        this.files.forget();
        try {
          const cancellation = new Cancellation(message.cancellation);
          cancellation.throwIfCancelled();
          const output = await this.answer(message.question, message.input, cancellation);
          this.post({ type: 'answer', id: message.id, output });
        } catch (error) {
          const { id } = message;
          if (error instanceof Fault) this.post({ type: 'fault', id, fault: error.toData() });
          else
            this.post({
              type: 'crash',
              id,
              message: error instanceof Error ? (error.stack ?? error.message) : String(error),
            });
        }
    }
  }

  private answer(question: SourceQuestion, input: unknown, cancellation: Cancellation): Promise<unknown> {
    const answers: {
      readonly [Name in SourceQuestion]: (
        input: SourceQuestions[Name]['input'],
      ) => Promise<SourceQuestions[Name]['output']>;
    } = {
      networks: async ({ file }) => {
        const { networks, broken } = await this.program.analyse(file, cancellation);
        return { networks: networks.map(outlined), broken };
      },
      matches: async ({ file, layers }) => {
        const { networks, broken } = await this.program.analyse(file, cancellation);
        const matches = networks.map(network => {
          cancellation.throwIfCancelled();
          return { network: outlined(network), ...matchNetwork(network, layers) };
        });
        return { matches, broken };
      },
      users: async ({ file, candidates }) => {
        const word = path.posix.basename(file).replace(/\.\w+$/, '');
        const found: string[] = [];
        for (const candidate of candidates) {
          if (candidate === file || this.program.textOf(candidate)?.includes(word) !== true) continue;
          const { networks } = await this.program.analyse(candidate, cancellation);
          if (networks.some(({ layers }) => layers.some(({ place }) => place.file === file))) found.push(candidate);
        }
        return found;
      },
      resize: async ({ file, network: name, model, shapes }) => {
        const { networks } = await this.program.analyse(file, cancellation);
        const network = networks.find(one => one.name === name);
        if (network === undefined) throw new Fault('not-found', `The source no longer defines ${name}.`);
        const { pairs } = matchNetwork(network, model);
        const wanted = wantedSizes(network, model, pairs, shapes);
        return resizeNetwork(this.program, file, network, wanted, cancellation);
      },
      classes: async ({ files }) => {
        const found = [];
        for (const file of files) found.push({ file, classes: await this.program.classes(file, cancellation) });
        return found;
      },
    };
    return (answers[question] as (input: unknown) => Promise<unknown>)(input);
  }
}

function outlined(network: SourceNetwork): NetworkOutline {
  return {
    ...network,
    layers: network.layers.map(layer => ({ ...layer, sizes: layer.sizes.map(({ role, value }) => ({ role, value })) })),
  };
}

/** Files of the workspace, each read once for a question. */
class WorkspaceTexts implements ReadFiles {
  private readonly texts = new Map<string, string | undefined>();

  constructor(readonly roots: readonly string[]) {}

  text(file: string): string | undefined {
    if (!this.texts.has(file)) this.texts.set(file, this.read(file));
    return this.texts.get(file);
  }

  forget(): void {
    this.texts.clear();
  }

  private read(file: string): string | undefined {
    const inside = this.roots.some(root => file.startsWith(root.endsWith('/') ? root : `${root}/`));
    if (!inside || file.split('/').includes('..')) return undefined;
    try {
      const status = fs.statSync(file);
      return status.isFile() && status.size <= LARGEST_SOURCE ? fs.readFileSync(file, 'utf8') : undefined;
    } catch {
      // Most places that an import may mean hold nothing.
      return undefined;
    }
  }
}
