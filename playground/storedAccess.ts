/** The token of this browser tab. It ends with the tab: sessionStorage is of one tab alone. */
import type { Example } from './examples';

export interface StoredAccess {
  readonly token: string;
  /** The examples that the token's caller was given. */
  readonly examples: readonly Example[];
}

const KEY = 'nsync:access';

export function storedAccess(): StoredAccess | null {
  const text = sessionStorage.getItem(KEY);
  return text === null ? null : (JSON.parse(text) as StoredAccess);
}

export const storeAccess = (access: StoredAccess): void => sessionStorage.setItem(KEY, JSON.stringify(access));

export const removeAccess = (): void => sessionStorage.removeItem(KEY);
