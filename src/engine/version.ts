declare const __VERSION__: string | undefined;

/** The version of the package, put in by the build; sources that run as they are have none. */
export const VERSION: string = typeof __VERSION__ === 'string' ? __VERSION__ : '0.0.0-source';
