/** What the scripts of all shells have in common. */

/** Both are bin names of the package. */
export const PROGRAMS = 'nsync graphql-nsync';

/** A word that a shell takes as it is. */
export const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
