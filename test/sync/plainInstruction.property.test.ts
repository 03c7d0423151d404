/** Rows that contain only values are parsed in a faster way, which must have the same result as the general one. */
import fc from 'fast-check';
import { RowReader } from '../../src/sync/read/reader';
import { NO_ACTIONS } from '../../src/sync/read/flags';
import { PlainInstruction, withActions } from '../../src/sync/read/plainInstruction';
import type { Instruction } from '../../src/sync/read/instruction';
import type { Row } from '../../src/sync/row';
import { demoCatalog } from '../support/demoCatalog';

const odd = fc.constantFrom<unknown>(
  '',
  ' ',
  null,
  undefined,
  -1,
  2 ** 40,
  true,
  [1],
  { a: 1 },
  '\u0000',
  'x'.repeat(300),
);
const value = fc.oneof({ weight: 8, arbitrary: fc.constantFrom('7', 7, '12') }, { weight: 1, arbitrary: odd });
const row = fc.record<Row>({
  number: fc.constant(1),
  actionFlags: fc.constantFrom('cu', 'c*', 'u', 'cu', 'd', '', 'x', null),
  matchOn: fc.constantFrom(null, '', 'employee_id', 'employee_id first_name', 'age ~', 'first_name age |', 'nothing'),
  externalKey: fc.constantFrom(null, '', 'key-1', 'key-2', 'k'.repeat(300)),
  values: fc.dictionary(fc.constantFrom('employee_id', 'first_name', 'age', 'id', 'extra'), value),
});

const told = ({ actions, problems, key, match, assignments, setters, references, links }: Instruction): object => ({
  actions, problems, key, match, assignments, setters, references, links,
}); // prettier-ignore

const UPDATE = { ...NO_ACTIONS, update: true };

/** The parsed instruction of a row, and the problems of its columns. `withPath` adds a column that the row omits. */
function understood(given: Row, text: boolean, withPath: boolean): { isPlain: boolean; instruction: unknown } {
  const reader = new RowReader(demoCatalog().get('Person'), text);
  const values = withPath ? { ...given.values, 'houses=>address': undefined } : given.values;
  const instruction = reader.read({ ...given, values });
  const updating = withActions(instruction, UPDATE);
  expect(told(updating)).toEqual({ ...told(instruction), actions: UPDATE });
  expect(updating instanceof PlainInstruction).toBe(instruction instanceof PlainInstruction);
  return {
    isPlain: instruction instanceof PlainInstruction,
    instruction: {
      ...told(instruction),
      columns: reader.columnProblems.filter(({ field }) => !field?.includes('=>')),
    },
  };
}

describe('a row that says nothing but values', () => {
  it('R4, R7, R14, R18: is understood as any other', () => {
    let plain = 0;
    fc.assert(
      fc.property(row, fc.boolean(), (given, text) => {
        const own = understood(given, text, false);
        const others = understood(given, text, true);
        if (own.isPlain) plain += 1;
        expect(others.isPlain).toBe(false);
        expect(own.instruction).toEqual(others.instruction);
      }),
      { numRuns: 2000 },
    );
    expect(plain).toBeGreaterThan(100);
  });
});
