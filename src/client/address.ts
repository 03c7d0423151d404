/** Checks a server's address, and explains failures that a wrong one causes. */
import { NsyncError } from './error';

/** The URL without user and password, which messages must not show. */
function shownUrl(url: URL): string {
  const shown = new URL(url);
  shown.username = '';
  shown.password = '';
  return shown.href;
}

const badUrl = (message: string): NsyncError => new NsyncError('BAD_USER_INPUT', `new NsyncClient(): ${message}`);

/** Parses the address of a server. Throws BAD_USER_INPUT. */
export function readUrl(given: string | URL): URL {
  const text = String(given).trim();
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url && /^https?:$/.test(url.protocol)) {
    if (url.username || url.password)
      throw badUrl(
        'url must not contain a user and password. Send them as a header: headers: { authorization: "Basic …" }.',
      );
    return url;
  }
  // `localhost:4000` is a URL whose scheme is "localhost:".
  const withScheme = `http://${text}`;
  const isHost = !/:\/\//.test(text) && URL.canParse(withScheme) && text !== '';
  throw badUrl(
    `url must begin with http:// or https://, not ${JSON.stringify(text)}${isHost ? `. Did you mean ${JSON.stringify(withScheme)}?` : '.'}`,
  );
}

const CHECK_PORT = 'Check that the server runs, and that host and port are right.';
const CHECK_SCHEME = 'A server without TLS needs http:// instead of https://.';

/** Explanations of failed connections, by the code of their error. */
const NETWORK_HINTS: Readonly<Record<string, string>> = {
  ECONNREFUSED: `The connection was refused. ${CHECK_PORT}`,
  ENOTFOUND: 'The host name is unknown. Check its spelling.',
  EAI_AGAIN: 'The host name cannot be looked up. Check its spelling and the network.',
  ETIMEDOUT: `The connection took too long. ${CHECK_PORT}`,
  EHOSTUNREACH: `The host cannot be reached. ${CHECK_PORT}`,
  UND_ERR_CONNECT_TIMEOUT: `The connection took too long. ${CHECK_PORT}`,
  ECONNRESET: 'The server closed the connection. A server with TLS needs https:// instead of http://.',
  UND_ERR_SOCKET: 'The server closed the connection. A server with TLS needs https:// instead of http://.',
  UND_ERR_HEADERS_TIMEOUT: 'The server did not answer in time.',
  UND_ERR_BODY_TIMEOUT: 'The answer stopped before its end.',
  EPROTO: CHECK_SCHEME,
  ERR_SSL_WRONG_VERSION_NUMBER: CHECK_SCHEME,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: CHECK_SCHEME,
  SELF_SIGNED_CERT_IN_CHAIN: 'Its certificate is not trusted: NODE_EXTRA_CA_CERTS names the file of another authority.',
  DEPTH_ZERO_SELF_SIGNED_CERT:
    'Its certificate is not trusted: NODE_EXTRA_CA_CERTS names the file of another authority.',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'Its certificate is not trusted: NODE_EXTRA_CA_CERTS names the file of another authority.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'Its certificate is for another host name.',
  CERT_HAS_EXPIRED: 'Its certificate has expired.',
};

/** A port with another protocol than HTTP, such as a database's, or TLS. */
const isOtherProtocol = (code: string): boolean => code.startsWith('HPE_');

/** Whether the address is wrong, so that repeating the call cannot succeed. */
export const isPermanent = (code: string): boolean =>
  isOtherProtocol(code) || code === 'EPROTO' || /SSL|CERT|TLS|SIGNATURE/.test(code);

/** The reason why no response arrived, and the remedy. */
export function networkMessage(url: URL, code: string, reason: string): string {
  const hint = isOtherProtocol(code)
    ? 'What listens there does not speak HTTP. Check the port. A server with TLS needs https:// instead of http://.'
    : (NETWORK_HINTS[code] ?? `${reason}.`);
  const detail = code && !hint.includes(code) ? ` (${code})` : '';
  return `No answer from ${shownUrl(url)}${detail}. ${hint}`;
}

/** The remedy for a response that is not from a GraphQL server. */
function answerHint(url: URL, response: Response, body: string): string {
  if (response.redirected) return ` The server redirects to ${response.url}: use that address.`;
  const isHtml = /^\s*</.test(body) || (response.headers.get('content-type') ?? '').includes('html');
  if (response.status === 401 || response.status === 403) return ' Send a token, or another authorization in headers.';
  if (/plain HTTP request was sent to HTTPS/i.test(body)) return ' Use https:// instead of http://.';
  const elsewhere = url.pathname === '/graphql' ? '' : ` Did you mean ${new URL('/graphql', shownUrl(url)).href}?`;
  if (isHtml) return ` The answer is an HTML page, not GraphQL. Check host, port and path.${elsewhere}`;
  return response.status === 404 || response.ok ? ` Check host, port and path.${elsewhere}` : '';
}

/** The message for a response that is not from a GraphQL server. */
export function answerMessage(url: URL, response: Response, body: string): string {
  const status = `HTTP ${response.status} ${response.statusText}`.trimEnd();
  if (response.status >= 500) return `${shownUrl(url)} cannot answer: ${status}.`;
  return `${shownUrl(url)} does not answer as a GraphQL server: ${status}.${answerHint(url, response, body)}`;
}

/** Extends the error of a GraphQL server that does not know the client's operations. */
export const otherSchemaMessage = (url: URL, message: string): string =>
  `${message} The GraphQL server at ${shownUrl(url)} has another schema: it is another server than nsync, or another version of nsync than this client.`;
