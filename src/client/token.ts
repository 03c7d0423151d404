/** The client's token. Messages never quote it. */
import { described } from '../arguments';
import { NsyncError } from './error';

/** The secret, or a function that returns it. */
export type Token = string | (() => string | Promise<string>);

/** Characters of a bearer token (RFC 6750). */
const TOKEN = /^[\w.~+/=-]+$/;

/** The header Authorization. A token function is called each time. Throws BAD_USER_INPUT for a value that is not a token. */
export async function authorizationOf(token: Token): Promise<string> {
  const given: unknown = typeof token === 'function' ? await token() : token;
  const text = typeof given === 'string' ? given.trim() : '';
  if (TOKEN.test(text)) return `Bearer ${text}`;
  const source = typeof token === 'function' ? 'the function token() must return' : 'token must be';
  const problem =
    typeof given !== 'string'
      ? `not ${typeof given === 'object' ? described(given) : `a value of type ${typeof given}`}`
      : text === ''
        ? 'not a blank text'
        : 'and this text has characters that no token has';
  throw new NsyncError('BAD_USER_INPUT', `new NsyncClient(): ${source} the secret of a token, ${problem}.`);
}
