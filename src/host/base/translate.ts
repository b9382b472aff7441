/** `vscode.l10n.t`, for code that knows nothing of VS Code: {0}, {1} … stand for the arguments. */
export type Translate = (message: string, ...args: (string | number)[]) => string;

/** English, as it is written in the source. */
export const english: Translate = (message, ...args) =>
  message.replace(/\{(\d+)\}/g, (whole, index: string) => String(args[Number(index)] ?? whole));
