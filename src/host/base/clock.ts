/** When the extension's code began to be read: the first module that the entry point imports. */
export const loadStarted = performance.now();
