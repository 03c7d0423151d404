/** Records whose names come from clients or databases. */

class NoMembers {}
Object.setPrototypeOf(NoMembers.prototype, null);
Reflect.deleteProperty(NoMembers.prototype, 'constructor');

/**
 * An empty record, whose names may equal those of an object's own members, such as `constructor` or `__proto__`.
 * Records made by `Object.create(null)` take many times as long to fill.
 */
export const emptyRecord = <T>(): Record<string, T> => new NoMembers() as Record<string, T>;
