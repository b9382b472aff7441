import fs from 'node:fs';
import path from 'node:path';
import { reportPage, withoutFolders } from '../../analyses/report';
import type { CompareResult } from '../../analyses/compare/compare';
import { comparedWithoutFolders, comparePage } from '../../analyses/compare/comparePage';
import type { InspectResult } from '../../analyses/inspect';
import type { ReportViews } from '../../analyses/reportShell';
import { encodeResult } from '../../protocol/codec';
import type { OperationContext } from '../operationContext';

type ReportContext = Pick<OperationContext<never>, 'runtimePath'>;

/** The page of a result, with the views of the panel inlined where they are built. */
export function report({ result }: { readonly result: InspectResult }, context: ReportContext): string {
  const shown = withoutFolders(result);
  return reportPage(shown, viewsOf('inspect', shown, context));
}

export function compareReport({ result }: { readonly result: CompareResult }, context: ReportContext): string {
  const shown = comparedWithoutFolders(result);
  return comparePage(shown, viewsOf('compare', shown, context));
}

function viewsOf(name: string, result: unknown, { runtimePath }: ReportContext): ReportViews | undefined {
  const webview = path.join(runtimePath, '..', '..', 'webview');
  const script = readIfThere(path.join(webview, `${name}.js`));
  if (script === undefined) return undefined;
  return { script, style: readIfThere(path.join(webview, `${name}.css`)) ?? '', data: encodeResult(result) };
}

function readIfThere(file: string): string | undefined {
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : undefined;
}
