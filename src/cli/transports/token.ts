/** The token for a server: from a file or the environment, never from the command line, which other users can see. */
import { readFileSync } from 'node:fs';
import { isLoopback } from '../../loopback';
import { CommandFailure } from '../failure';

export interface TokenOptions {
  readonly tokenFile?: string;
  /** Given by mistake: the command refuses it. */
  readonly token?: string;
}

export const HOW_TO_SEND = 'Give the token with --token-file PATH or in NSYNC_TOKEN.';

/** Characters of a bearer token (RFC 6750). */
const TOKEN = /^[\w.~+/=-]+$/;

const reasonOf = ({ code, message }: NodeJS.ErrnoException): string =>
  code === 'ENOENT' ? 'there is no such file' : code === 'EACCES' ? 'this user may not read it' : message;

function tokenIn(path: string): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new CommandFailure(`--token-file ${path} cannot be read: ${reasonOf(error as NodeJS.ErrnoException)}`);
  }
  const token = text.trim();
  if (TOKEN.test(token)) return token;
  throw new CommandFailure(
    `--token-file ${path} ${token === '' ? 'is empty' : 'contains no token. The file must contain the secret and no other text'}`,
  );
}

/** Throws CommandFailure for a token on the command line. */
export function assertHidden({ token }: TokenOptions): void {
  if (token === undefined) return;
  throw new CommandFailure(
    `--token would show the secret to every user of this computer. ${HOW_TO_SEND} Revoke this token if others may have seen it.`,
  );
}

/** The token for a server; null if there is none. Messages never quote it. Throws CommandFailure. */
export function readToken({ tokenFile }: TokenOptions): string | null {
  if (tokenFile !== undefined) return tokenIn(tokenFile);
  const token = process.env.NSYNC_TOKEN?.trim() ?? '';
  if (token === '') return null;
  if (TOKEN.test(token)) return token;
  throw new CommandFailure('NSYNC_TOKEN contains characters that no token has.');
}

/** The warning before a token is sent to a server; null if the connection is safe. */
export const sendingWarning = ({ protocol, hostname, origin }: URL): string | null =>
  protocol === 'http:' && !isLoopback(hostname.replace(/^\[(.*)\]$/, '$1'))
    ? `Warning: the token goes to ${origin} without encryption. Use https://.`
    : null;
