/** Records by names that a client or a database chooses. */

class NoMembers {}
Object.setPrototypeOf(NoMembers.prototype, null);
Reflect.deleteProperty(NoMembers.prototype, 'constructor');

/**
 * An empty record, for names that may be those of an object's own members, such as `constructor` or `__proto__`. Those of
 * `Object.create(null)` take many times as long to fill.
 */
export const emptyRecord = <T>(): Record<string, T> => new NoMembers() as Record<string, T>;
