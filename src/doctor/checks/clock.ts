/** Compares the database's clock with this machine's. */
import { pointInTime } from '../../records';
import { counted } from '../../wording';
import { type Check, warning } from '../check';

const MOST_SECONDS_APART = 5;

export const clock: Check = {
  name: 'clock',
  about: 'the database and this machine have the same time',
  needsOwnTables: false,

  async examine({ database: { dialect, reader } }) {
    const asked = Date.now();
    const [row] = (await reader.select({ now: reader.raw(dialect.clock) })) as { now: unknown }[];
    const answered = Date.now();
    const now = pointInTime(row?.now).getTime();
    // The database read its clock at some moment between the query and the response.
    const apart = Math.round((now < asked ? now - asked : Math.max(0, now - answered)) / 1000);
    if (Math.abs(apart) <= MOST_SECONDS_APART) return [];
    return [
      warning(
        `The clock of the database is ${counted(Math.abs(apart), 'second')} ${apart > 0 ? 'ahead of' : 'behind'} the clock of this machine.`,
        'Synchronise both clocks (NTP). Tokens expire by the clock of the server, and runs are given up by the clock of the database.',
      ),
    ];
  },
};
