import * as vscode from 'vscode';
import { isCancelled } from '../../base/fault';
import { DisposableStore, type Disposable } from '../../base/lifecycle';
import { modelTools, TOOL_NAMES, type ModelTool, type ToolContext } from './modelTools';

/** Hands the tools to the editor's chat. Editors without one, or of before there were tools, go without. */
export function registerTools(context: ToolContext): Disposable {
  const store = new DisposableStore();
  const languageModels: Partial<typeof vscode.lm> | undefined = (vscode as Partial<typeof vscode>).lm;
  const register = languageModels?.registerTool?.bind(languageModels);
  if (register === undefined) return store;
  const tools = modelTools(context);
  for (const name of TOOL_NAMES) store.add(register(name, adapted(tools[name])));
  return store;
}

function adapted(tool: ModelTool): vscode.LanguageModelTool<unknown> {
  return {
    async prepareInvocation({ input }, token) {
      const { running, title, message } = await during(token, signal => tool.prepare(input, signal));
      return { invocationMessage: running, confirmationMessages: { title, message } };
    },
    async invoke({ input }, token) {
      try {
        const text = await during(token, signal => tool.invoke(input, signal));
        return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(text)]);
      } catch (error) {
        throw isCancelled(error) ? new vscode.CancellationError() : error;
      }
    },
  };
}

/** Runs something that a token can cancel. */
async function during<T>(token: vscode.CancellationToken, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const abort = new AbortController();
  if (token.isCancellationRequested) abort.abort();
  const listener = token.onCancellationRequested(() => abort.abort());
  try {
    return await run(abort.signal);
  } finally {
    listener.dispose();
  }
}
