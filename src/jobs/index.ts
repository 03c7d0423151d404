/** Queued runs: the worker that carries them out. Processes with Redis also load `redis.ts`. */
export * from './worker';
