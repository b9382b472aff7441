import { availableParallelism } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import type { Disposable } from '../../base/lifecycle';
import type { Engine } from '../../engine';
import { integer, SECTION, setting } from './settings';

/**
 * The one engine of this window. It is made when it is first needed, so that activation costs nothing, and made anew after a
 * setting that it was made with has changed.
 */
export class EngineService implements Disposable {
  private engine: Promise<Engine> | undefined;
  private readonly listener: vscode.Disposable;

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.listener = vscode.workspace.onDidChangeConfiguration(event => {
      if (['threads', 'cacheMegabytes'].some(name => event.affectsConfiguration(`${SECTION}.${name}`))) this.release();
    });
  }

  /** Folder of cached results. */
  get cacheDirectory(): string {
    return vscode.Uri.joinPath(this.context.globalStorageUri, 'cache').fsPath;
  }

  readonly get = (): Promise<Engine> => {
    this.engine ??= this.make();
    return this.engine;
  };

  /** Starts what the next inspection would have to wait for. Nobody waits for it, and what fails here fails there with its reason. */
  prepare(): void {
    this.get()
      .then(engine => engine.run('prepare', {}))
      .catch((error: unknown) => this.log.debug(String(error)));
  }

  /** Deletes all cached results. What is running goes on. */
  async clearCache(): Promise<void> {
    const directory = vscode.Uri.file(this.cacheDirectory);
    try {
      await vscode.workspace.fs.delete(directory, { recursive: true });
    } catch (error) {
      if (!(error instanceof vscode.FileSystemError && error.code === 'FileNotFound')) throw error;
    }
  }

  dispose(): void {
    this.listener.dispose();
    this.release();
  }

  private async make(): Promise<Engine> {
    const started = performance.now();
    const { Engine: EngineClass } = await import('../../engine');
    const threads = integer(setting('threads'), 0, 256, 0) || availableParallelism();
    const megabytes = integer(setting('cacheMegabytes'), 0, 2 ** 30, 512);
    const dist = path.join(this.context.extensionPath, 'dist');
    const engine = new EngineClass({
      threads,
      workerPath: path.join(dist, 'worker.js'),
      helperPath: path.join(dist, 'helper.js'),
      runtimePath: path.join(dist, 'runtime', 'node_modules'),
      acceleratorFolders: trustedFolders(),
      ...(megabytes === 0 ? {} : { cache: { directory: this.cacheDirectory, maximumBytes: megabytes * 2 ** 20 } }),
      log: line => this.log.info(line),
    });
    this.log.info(`engine with ${threads} threads, made in ${(performance.now() - started).toFixed(1)} ms`);
    return engine;
  }

  private release(): void {
    const engine = this.engine;
    this.engine = undefined;
    void engine?.then(
      made => made.dispose(),
      () => undefined,
    );
  }
}

/** Folders whose code may be loaded; none in Restricted Mode. */
function trustedFolders(): readonly string[] {
  if (!vscode.workspace.isTrusted) return [];
  return (vscode.workspace.workspaceFolders ?? []).map(folder => folder.uri.fsPath);
}
