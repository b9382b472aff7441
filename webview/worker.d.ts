/** The script of a worker as text, bundled: see scripts/lib/inlineWorkers.mjs. */
declare module '*?worker' {
  const script: string;
  export default script;
}
