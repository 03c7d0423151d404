/** Data for the tests of the client. */
import type { ClientRow } from '../../src/client';

/** A person's row. */
export const person = (number: number): ClientRow => ({
  externalKey: number,
  values: { employee_id: `EMP${number}`, first_name: 'Person', last_name: String(number) },
});

/** The target of persons' rows. */
export const TO_PERSONS = { system: 'HR', model: 'Person', defaults: { actionFlags: 'cu*', matchOn: ['employee_id'] } };

/** The rejection of a call. */
export const failureOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'no failure',
    (error: unknown) => error,
  );
