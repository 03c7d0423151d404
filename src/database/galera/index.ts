/** Galera clusters of MariaDB: every server takes writes, and gets those of the others a moment later. */
import type { Dialect } from '../dialect';
import { mysql } from '../mysql';
import { waiting } from './connections';

export const galera: Dialect = {
  ...mysql,
  name: 'galera',
  urlSchemes: ['galera:'],
  urlExamples: ['galera://…'],
  knexDrivers: [],
  connect: (settings, connections) => mysql.connect(waiting(settings), connections),
  connectTimedReader: (settings, seconds) => mysql.connectTimedReader(waiting(settings), seconds),
};
