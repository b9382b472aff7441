import * as vscode from 'vscode';
import { setting } from '../base/settings';

/** The part of the Python extension's interface that is used here (ms-python.python, its published API). */
interface PythonEnvironments {
  getActiveEnvironmentPath(resource?: vscode.Uri): { readonly path: string };
  resolveEnvironment(
    environment: unknown,
  ): Promise<{ readonly executable: { readonly uri?: vscode.Uri | undefined } } | undefined>;
}

/**
 * The interpreter that a person works with: the setting's, else the one that is selected in the Python extension, else the first one
 * on the path. Nothing is run to find it.
 */
export async function interpreterFor(resource: vscode.Uri): Promise<string> {
  const chosen = setting('python', resource);
  if (typeof chosen === 'string' && chosen.trim() !== '') return chosen.trim();
  return (await selectedInterpreter(resource)) ?? (process.platform === 'win32' ? 'python' : 'python3');
}

async function selectedInterpreter(resource: vscode.Uri): Promise<string | undefined> {
  const extension = vscode.extensions.getExtension<{ readonly environments?: PythonEnvironments }>('ms-python.python');
  if (!extension) return undefined;
  try {
    const { environments } = extension.isActive ? extension.exports : await extension.activate();
    if (!environments) return undefined;
    const active = environments.getActiveEnvironmentPath(resource);
    return (await environments.resolveEnvironment(active))?.executable.uri?.fsPath;
  } catch {
    // Another extension that fails is none of this one's errors: the next way is tried.
    return undefined;
  }
}
