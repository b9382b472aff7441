/** What a payload would run: it leaves a file, which must never be there. */
export const CANARY_COMMAND = 'touch ran';
export const CANARY_RAN = 'ran';

/** A file beside the hostile one, which nothing may open. */
export const SECRET = 'secret.txt';
