/** Callbacks of signals that outlive what waits for them, such as the signal of a server. */
import { Roster } from './roster';

const callbacks = new WeakMap<AbortSignal, Roster<() => void>>();

function callbacksOf(signal: AbortSignal): Roster<() => void> {
  const known = callbacks.get(signal);
  if (known) return known;
  const own = new Roster<() => void>();
  callbacks.set(signal, own);
  signal.addEventListener('abort', () => [...own].forEach((callback) => callback()), { once: true });
  return own;
}

/**
 * Calls back when the signal is aborted, or at once if it is. Returns a function that takes the callback away. Unlike listeners, callbacks leave nothing
 * behind: Node links the listeners of a signal to one another, so a removed one may lead to all later ones until V8 collects all garbage.
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  if (!signal.aborted) return callbacksOf(signal).add(callback);
  callback();
  return () => undefined;
}
