/** Scopes: their spelling, and what they allow. */
import { Access, formatScope, parseScope, readScopes, type SyncScope } from '../../src/access';

it.each([
  ['read', 'read'],
  [' admin ', 'admin'],
  ['sync:HRSystem/Person', 'sync:HRSystem/Person'],
  ['sync:HRSystem/Person,House:cu', 'sync:HRSystem/Person,House:cu'],
  ['sync:HRSystem/Person:uc', 'sync:HRSystem/Person:cu'],
  ['sync:*/*:*', 'sync:*/*'],
  ['sync:*/*:d*', 'sync:*/*:d*'],
  ['sync:HR%2FEU/Order%20Details', 'sync:HR%2FEU/Order%20Details'],
  ['sync:%2A/Person', 'sync:%2A/Person'],
  ['sync:Jürgens ERP/Person', 'sync:Jürgens%20ERP/Person'],
])('%s is the scope %s', (text, formatted) => {
  const scope = parseScope(text);
  expect(typeof scope).toBe('object');
  expect(formatScope(scope as SyncScope)).toBe(formatted);
  expect(parseScope(formatted)).toEqual(scope);
});

it.each([
  ['raed', 'there is no such scope. Did you mean "read"?'],
  ['', 'there is no such scope'],
  ['sync', 'sync names no model'],
  ['sync:HRSystem', 'sync names no model'],
  ['sync:/Person', 'a name is empty or wrongly encoded'],
  ['sync:HRSystem/', 'a name is empty or wrongly encoded'],
  ['sync:HRSystem/Person,', 'a name is empty or wrongly encoded'],
  ['sync:HR%ZZ/Person', 'a name is empty or wrongly encoded'],
  ['sync:HRSystem/Person:', 'the flags allow no action'],
  ['sync:HRSystem/Person:cx', '"x" is not a flag'],
  ['admin:all', 'there is no such scope'],
])('"%s" is none: %s', (text, reason) => {
  expect(parseScope(text)).toContain(reason);
  expect(() => readScopes(['read', text])).toThrow(`Use read, admin, or sync:SYSTEM/MODEL[,MODEL…][:FLAGS]`);
});

it('scopes are read once each, and there is at least one', () => {
  expect(readScopes(['read', 'sync:A/B:cud*', 'read', 'sync:A/B']).map(formatScope)).toEqual([
    'read',
    'sync:A/B:cud*',
    'sync:A/B',
  ]);
  expect(() => readScopes([])).toThrow('Give at least one scope.');
});

describe.each<[scopes: string[], flags: string, system: string, model: string, missing: string | null]>([
  [['admin'], 'd*', 'Any', 'Thing', null],
  [['read'], 'c', 'HR', 'Person', 'sync:HR/Person:c'],
  [['sync:HR/Person'], 'd*', 'HR', 'Person', null],
  [['sync:HR/Person:cu'], 'cu', 'HR', 'Person', null],
  [['sync:HR/Person:cu'], 'cu*', 'HR', 'Person', 'sync:HR/Person:cu*'],
  [['sync:HR/Person:cu'], 'd', 'HR', 'Person', 'sync:HR/Person:d'],
  [['sync:HR/Person:c', 'sync:HR/Person:u*'], 'cu', 'HR', 'Person', null],
  [['sync:HR/Person:c', 'sync:HR/Person:u*'], 'cu*', 'HR', 'Person', 'sync:HR/Person:c*'],
  [['sync:HR/Person:cu', 'sync:HR/Person:d*'], 'u*', 'HR', 'Person', 'sync:HR/Person:u*'],
  [['sync:HR/Person'], 'c', 'ERP', 'Person', 'sync:ERP/Person:c'],
  [['sync:HR/Person'], '', 'HR', 'House', 'sync:HR/House'],
  [['sync:*/Person'], 'c', 'ERP', 'Person', null],
  [['sync:HR/*:c'], 'c', 'HR', 'House', null],
  [['sync:%2A/Person'], 'c', 'ERP', 'Person', 'sync:ERP/Person:c'],
  [['sync:%2A/Person'], 'c', '*', 'Person', null],
])('%j', (scopes, flags, system, model, missing) => {
  it(`with flags "${flags}" of ${system} for ${model} lacks ${missing}`, () => {
    expect(new Access(readScopes(scopes)).missing({ system, model, flags })).toBe(missing);
  });
});
