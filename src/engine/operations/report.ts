import fs from 'node:fs';
import path from 'node:path';
import { reportPage, withoutFolders } from '../../analyses/report';
import type { InspectResult } from '../../analyses/inspect';
import { encodeResult } from '../../protocol/codec';
import type { OperationContext } from '../operationContext';

/** The page of a result, with the views of the panel inlined where they are built. */
export function report(
  { result }: { readonly result: InspectResult },
  context: Pick<OperationContext<never>, 'runtimePath'>,
): string {
  const webview = path.join(context.runtimePath, '..', '..', 'webview');
  const script = readIfThere(path.join(webview, 'inspect.js'));
  const style = readIfThere(path.join(webview, 'inspect.css'));
  const shown = withoutFolders(result);
  return reportPage(
    shown,
    script === undefined ? undefined : { script, style: style ?? '', data: encodeResult(shown) },
  );
}

function readIfThere(file: string): string | undefined {
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : undefined;
}
