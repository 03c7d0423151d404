/** What the tests of the client send. */
import type { ClientRow } from '../../src/client';

/** A row of a person. */
export const person = (number: number): ClientRow => ({
  externalKey: number,
  values: { employee_id: `EMP${number}`, first_name: 'Person', last_name: String(number) },
});

/** Where rows of persons go. */
export const TO_PERSONS = { system: 'HR', model: 'Person', defaults: { actionFlags: 'cu*', matchOn: ['employee_id'] } };

/** What a call is rejected with. */
export const failureOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'no failure',
    (error: unknown) => error,
  );
