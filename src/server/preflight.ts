/** Protection against pages of other sites (CSRF). */
import type { Request } from 'express';
import { badRequest } from './failures';

/** Headers that a page of another site cannot send without a preflight request, which is refused. */
export const PREFLIGHT_HEADERS = ['apollo-require-preflight', 'x-apollo-operation-name'];

/** Throws BAD_REQUEST if a page of another site could have sent the request. `what`: "A multipart request". */
export function assertPreflight(request: Request, what: string): void {
  if (PREFLIGHT_HEADERS.some((name) => request.get(name))) return;
  throw badRequest(`${what} requires one of these headers, with any value: ${PREFLIGHT_HEADERS.join(', ')}.`);
}
