/** Action flags (R1–R3). */

export interface Actions {
  readonly create: boolean;
  readonly update: boolean;
  readonly delete: boolean;
  readonly force: boolean;
}

const FLAGS: Record<string, keyof Actions> = { c: 'create', u: 'update', d: 'delete', '*': 'force' };

export const NO_ACTIONS: Actions = { create: false, update: false, delete: false, force: false };

/** Characters of flags, blanks among them; each flag says the same once and ten times. */
const LONGEST = 100;

/** The actions that flags ask for, or why they are illegal (R2). */
export function readFlags(text: string): Actions | { readonly illegal: string } {
  const actions = { ...NO_ACTIONS };
  if (text.length > LONGEST)
    return { illegal: `they have ${text.length} characters, more than the limit of ${LONGEST}` };
  for (const character of text.trim().toLowerCase()) {
    const flag = Object.hasOwn(FLAGS, character) ? FLAGS[character] : undefined;
    if (!flag) return { illegal: `"${character}" is not a flag. Use c (create), u (update), d (delete) and * (force)` };
    actions[flag] = true;
  }
  if (actions.delete && (actions.create || actions.update)) return { illegal: 'd cannot be combined with c or u' };
  return actions;
}
