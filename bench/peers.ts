import { runs } from './processes';

/** Somebody else's program for the same question. */
export interface Peer {
  readonly name: string;
  /** How it can be installed. */
  readonly install: string;
  /** What runs it; undefined where it is not installed. */
  program(): string | undefined;
  readonly arguments: readonly string[];
  /** The number of its output that ours is compared with, and how far, relatively, they may be apart. */
  answer(output: string): number;
  readonly tolerance: number;
}

const found = new Map<string, string | undefined>();

/** The first of some programs that runs with these arguments, looked for once. */
function firstThatRuns(programs: readonly string[], args: readonly string[]): string | undefined {
  const key = args.join(' ');
  if (!found.has(key)) {
    const program = programs.find(candidate => runs(candidate, args));
    found.set(key, program);
  }
  return found.get(key);
}

/** GUDHI by a program in Python that prints one number; `modules` are what must be installed for it. */
export function gudhi(
  name: string,
  modules: readonly string[],
  source: string,
  args: readonly string[],
  tolerance = 1e-9,
): Peer {
  return python({ name, install: 'apt-get install python3-gudhi python3-pot', modules, source, arguments: args, tolerance }); // prettier-ignore
}

/** scikit-learn by such a program. */
export function scikitLearn(source: string, args: readonly string[]): Peer {
  return python({
    name: 'scikit-learn',
    install: 'apt-get install python3-sklearn',
    modules: ['sklearn.cluster'],
    source,
    arguments: args,
    tolerance: 1e-9,
  });
}

/** NumPy by such a program. */
export function numpy(source: string, args: readonly string[], tolerance: number): Peer {
  return python({
    name: 'NumPy',
    install: 'apt-get install python3-numpy',
    modules: ['numpy'],
    source,
    arguments: args,
    tolerance,
  });
}

function python({
  modules,
  source,
  ...peer
}: Omit<Peer, 'program' | 'answer'> & { readonly modules: readonly string[]; readonly source: string }): Peer {
  return {
    ...peer,
    program: () => firstThatRuns(['python3', '/usr/bin/python3'], ['-c', `import ${modules.join(', ')}`]),
    arguments: ['-c', source, ...peer.arguments],
    answer: Number,
  };
}

/** Ripser 1.2.1 or later, which works in single precision. */
export function ripser(args: readonly string[], answer: (output: string) => number): Peer {
  return {
    name: 'Ripser',
    install: 'apt-get install ripser',
    program: () => firstThatRuns(['ripser'], ['--help']),
    arguments: args,
    answer,
    tolerance: 1e-4,
  };
}
