/** What dist/short.js holds, and nothing else: runs that a program with nothing else to do makes in its own thread. */
export { shortDistance } from './shortDistance';
export { shortRips } from './shortRips';
