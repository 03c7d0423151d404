/** Queued runs: the worker that carries them out, and Redis, which tells workers of them. */
export * from './redis';
export * from './worker';
