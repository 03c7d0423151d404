/** Connections to a server of a cluster. */
import type { RawConnection } from '../mysql/rawStatements';
import { afterCreate, type ConnectionSettings } from '../settings';

/** A statement waits until the server has what the others had committed before. */
const SYNC_WAIT = 'SET SESSION wsrep_sync_wait = 15';

/** The settings of connections that read what any server of the cluster has committed. */
export const waiting = (settings: ConnectionSettings): ConnectionSettings => ({
  ...settings,
  afterCreate: afterCreate<RawConnection>(settings, (connection, done) =>
    connection.query(SYNC_WAIT, (error) => done(error, connection)),
  ),
});
