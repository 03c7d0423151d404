/** The common parts of the completion scripts. */

/** Both are bin names of the package. */
export const PROGRAMS = 'nsync graphql-nsync';

/** A text as one shell word, without any expansion. */
export const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
