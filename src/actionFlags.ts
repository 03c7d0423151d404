/** Action flags (R1): the characters by which a row asks for actions. */

/** What `order` and policies place (R41). */
export type RowAction = 'CREATE' | 'UPDATE' | 'DELETE';

interface ActionKind {
  /** One character, in lower case. */
  readonly flag: string;
  /** A policy places the action as an action of this kind. */
  readonly placedAs: RowAction;
  /** Whether a row with it can have no other action (R2). Default: false. */
  readonly isAlone?: boolean;
}

/** Every action, in the order in which texts list the flags. A new one is an entry here, and its rules (docs/internals.md). */
const ACTIONS = {
  create: { flag: 'c', placedAs: 'CREATE' },
  update: { flag: 'u', placedAs: 'UPDATE' },
  delete: { flag: 'd', placedAs: 'DELETE', isAlone: true },
} as const satisfies Readonly<Record<string, ActionKind>>;

export type ActionName = keyof typeof ACTIONS;

export const ALL_ACTIONS: readonly (ActionKind & { readonly name: ActionName })[] = Object.entries<ActionKind>(
  ACTIONS,
).map(([name, kind]) => ({ ...kind, name: name as ActionName }));

/** The flag that forces the actions of a row. */
export const FORCE = '*';

/** Each flag once, in their order. */
export const ALL_FLAGS = [...ALL_ACTIONS.map(({ flag }) => flag), FORCE].join('');

/** What each flag means. `show` writes a flag and its meaning. */
export const namedFlags = (show: (flag: string, meaning: string) => string): string[] => [
  ...ALL_ACTIONS.map(({ flag, name }) => show(flag, name)),
  show(FORCE, 'force'),
];
