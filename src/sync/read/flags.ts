/** Reads action flags (R1–R3). */
import { type ActionName, ALL_ACTIONS, FORCE, namedFlags } from '../../actionFlags';
import { listed } from '../../wording';

/** What the flags of a row ask for. */
export type Actions = Readonly<Record<ActionName | 'force', boolean>>;

type MutableActions = { -readonly [K in keyof Actions]: boolean };

const MEANINGS: Readonly<Record<string, keyof Actions>> = Object.fromEntries([
  ...ALL_ACTIONS.map(({ flag, name }) => [flag, name]),
  [FORCE, 'force'],
]);

export const NO_ACTIONS = Object.fromEntries(Object.values(MEANINGS).map((name) => [name, false])) as Actions;

const KNOWN = listed(namedFlags((flag, meaning) => `${flag} (${meaning})`));

/** The most characters, with blanks. Repeated flags are allowed. */
const LONGEST = 100;

/** Why actions cannot stand together (R2); undefined if they can. */
function contradiction(actions: Actions): string | undefined {
  const alone = ALL_ACTIONS.find(({ name, isAlone }) => isAlone && actions[name]);
  const others = ALL_ACTIONS.filter((action) => action !== alone);
  if (!alone || !others.some(({ name }) => actions[name])) return undefined;
  const flags = others.map(({ flag }) => flag);
  return `${alone.flag} cannot be combined with ${listed(flags, 'or')}`;
}

/** The actions of flags (R1), or why they are illegal (R2). */
export function readFlags(text: string): Actions | { readonly illegal: string } {
  const actions: MutableActions = { ...NO_ACTIONS };
  if (text.length > LONGEST)
    return { illegal: `they have ${text.length} characters, more than the limit of ${LONGEST}` };
  for (const character of text.trim().toLowerCase()) {
    const meaning = Object.hasOwn(MEANINGS, character) ? MEANINGS[character] : undefined;
    if (!meaning) return { illegal: `"${character}" is not a flag. Use ${KNOWN}` };
    actions[meaning] = true;
  }
  const illegal = contradiction(actions);
  return illegal === undefined ? actions : { illegal };
}

/** Whether flags ask for anything (R3). */
export const hasAction = (actions: Actions): boolean => ALL_ACTIONS.some(({ name }) => actions[name]);

/** The flags of actions in their usual order; empty if they ask for nothing. */
export const flagsOf = (actions: Actions): string =>
  hasAction(actions)
    ? ALL_ACTIONS.map(({ flag, name }) => (actions[name] ? flag : '')).join('') + (actions.force ? FORCE : '')
    : '';
