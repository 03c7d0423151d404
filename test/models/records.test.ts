/** Records with column names as keys, whatever these names are. */
import { emptyRecord } from '../../src/emptyRecord';

describe('emptyRecord', () => {
  it.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])('has no %s until it is given one', (name) => {
    const record = emptyRecord<string>();
    expect(record[name]).toBeUndefined();
    expect(name in record).toBe(false);
    record[name] = 'a value';
    expect(Object.entries(record)).toEqual([[name, 'a value']]);
    expect(Object.entries({ ...record })).toEqual([[name, 'a value']]);
  });
});
