/** Reads single environment variables. An empty one means the default. */

/** An invalid setting, so that the server cannot start. The message is one line. */
export class SettingsError extends Error {}

export type Environment = Readonly<Record<string, string | undefined>>;

/** One day. */
export const MOST_SECONDS = 86_400;

/** Parses a whole number. Throws SettingsError. */
export function numberOf(
  environment: Environment,
  name: string,
  fallback: number,
  most: number = Number.MAX_SAFE_INTEGER,
): number {
  const text = environment[name]?.trim();
  if (!text) return fallback;
  if (!/^\d+$/.test(text) || Number(text) > most)
    throw new SettingsError(`${name} must be a whole number from 0 to ${most}, not "${text}"`);
  return Number(text);
}

/** Parses `1` or `0`. Throws SettingsError. */
export function flagOf(environment: Environment, name: string, fallback: boolean): boolean {
  const text = environment[name]?.trim();
  if (!text) return fallback;
  if (text !== '0' && text !== '1') throw new SettingsError(`${name} must be 0 or 1, not "${text}"`);
  return text === '1';
}

/** The items between commas. */
export const listOf = (environment: Environment, name: string): string[] =>
  (environment[name] ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
