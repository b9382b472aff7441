import * as vscode from 'vscode';
import type { FileIcon } from './fileIcons';
import { makeNonce } from './nonce';
import { makePage } from './page';

/** What a webview of ours may do, and the only folders that it may read. */
export function webviewOptions(extension: vscode.Uri): vscode.WebviewOptions {
  return {
    enableScripts: true,
    enableForms: false,
    enableCommandUris: false,
    localResourceRoots: [vscode.Uri.joinPath(extension, 'dist', 'webview'), vscode.Uri.joinPath(extension, 'media')],
  };
}

/** Our views, each a folder of webview/. */
export type ViewName =
  'inspect' | 'attention' | 'compare' | 'describe' | 'redundancy' | 'prune' | 'timeline' | 'mapper';

/** The page of one of our views: its script and style are dist/webview/NAME.js and .css. */
export function viewPage(webview: vscode.Webview, extension: vscode.Uri, name: ViewName, title: string): string {
  const address = (file: string) =>
    webview.asWebviewUri(vscode.Uri.joinPath(extension, 'dist', 'webview', file)).toString();
  return makePage({
    title,
    language: vscode.env.language,
    script: address(`${name}.js`),
    style: address(`${name}.css`),
    source: webview.cspSource,
    nonce: makeNonce(),
    container: 'neural-topology-app',
    placeholder: vscode.l10n.t('Loading…'),
  });
}

/** One of our pictures, for light and dark themes. */
export function iconPath(
  extension: vscode.Uri,
  name: FileIcon | 'inspect' | 'describe',
): { readonly light: vscode.Uri; readonly dark: vscode.Uri } {
  const file = (theme: string): vscode.Uri => vscode.Uri.joinPath(extension, 'media', 'icons', `${name}-${theme}.svg`);
  return { light: file('light'), dark: file('dark') };
}
