/** Reads secret settings from files, which neither a process list nor a container's description shows. */
import { readFileSync } from 'node:fs';
import { type Environment, SettingsError } from './environment';

/** Settings that contain a password. NAME_FILE is the path of a file with the value of NAME. */
export const SECRET_SETTINGS = ['DATABASE_URL', 'NSYNC_REDIS_URL'] as const;

const reasonOf = ({ code, message }: NodeJS.ErrnoException): string =>
  code === 'ENOENT' ? 'there is no such file' : code === 'EACCES' ? 'this user may not read it' : message;

/** The only line of a file. Messages never quote it. */
function secretIn(setting: string, path: string): string {
  const refuse = (why: string): never => {
    throw new SettingsError(`${setting} ${path} ${why}`);
  };
  let text = '';
  try {
    text = readFileSync(path, 'utf8').trim();
  } catch (error) {
    refuse(`cannot be read: ${reasonOf(error as NodeJS.ErrnoException)}`);
  }
  if (text === '') refuse('is empty');
  if (/[\r\n]/.test(text)) refuse('has several lines. The file must contain one value and no other text');
  return text;
}

/** The environment with the contents of secret files instead of their paths. Throws SettingsError. */
export function withSecretFiles(environment: Environment): Environment {
  const read: Record<string, string | undefined> = { ...environment };
  for (const name of SECRET_SETTINGS) {
    const setting = `${name}_FILE`;
    const path = environment[setting]?.trim();
    if (!path) continue;
    if (environment[name]?.trim()) throw new SettingsError(`${name} and ${setting} are both set. Remove one of them`);
    read[name] = secretIn(setting, path);
    read[setting] = undefined;
  }
  return read;
}
