/** The caller of a request, and its permissions. */
import { Access } from './access';
import { formatScope, type Scope } from './scopes';

export type ViewerKind =
  /** No authentication is configured, and the caller is on the server's own machine. */
  | 'anonymous'
  | 'token'
  | 'jwt'
  /** The application that embeds nsync identifies the caller. */
  | 'embedder'
  /** A terminal or a program that has the database's own password. */
  | 'database';

export interface Viewer {
  readonly kind: ViewerKind;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly access: Access;
}

export const makeViewer = (kind: ViewerKind, name: string, scopes: readonly Scope[]): Viewer => ({
  kind,
  name,
  scopes: scopes.map(formatScope),
  access: new Access(scopes),
});

export const ANONYMOUS = makeViewer('anonymous', 'anonymous', [{ kind: 'admin' }]);
export const DATABASE_USER = makeViewer('database', 'database', [{ kind: 'admin' }]);

/** The caller's name in records; null without authentication. */
export const recordedName = ({ kind, name }: Viewer): string | null =>
  kind === 'anonymous' || kind === 'database' ? null : name;
