import * as vscode from 'vscode';

/** Opens a page of docs/ that came with the extension, as a preview; `page` may name a heading after `#`. */
export async function openDocs(extension: vscode.Uri, page: string): Promise<void> {
  const [name, heading] = page.split('#');
  const docs = vscode.Uri.joinPath(extension, 'docs');
  for (const folder of ['analyses', '.']) {
    const uri = vscode.Uri.joinPath(docs, folder, `${name!}.md`);
    try {
      await vscode.workspace.fs.stat(uri);
    } catch {
      continue;
    }
    await vscode.commands.executeCommand('markdown.showPreview', uri.with({ fragment: heading ?? '' }));
    return;
  }
  throw new Error(vscode.l10n.t('There is no help page “{0}”.', name!));
}
