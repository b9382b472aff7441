/** Said of every file that holds weights and no graph. */
export const GUESSED_OPERATORS = { name: 'operators', value: 'guessed from the names and shapes of the weights' };
