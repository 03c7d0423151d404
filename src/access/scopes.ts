/**
 * Scopes, as spelled in tokens and in claims of identity providers:
 *
 *     read                              read everything
 *     admin                             do everything
 *     sync:SYSTEM/MODEL[,MODEL…][:FLAGS]   sync rows of a system into models, with some action flags
 *
 * `*` means any system, any model or any flags. A scope without flags allows all of them. In names, `/`, `,`, `:`, `%`,
 * blanks and a lone `*` are percent-encoded.
 */
import { ALL_FLAGS, FORCE } from '../actionFlags';
import { CallError } from '../errors';
import { didYouMean } from '../wording';
import { shown } from '../shown';

export interface SyncScope {
  readonly kind: 'sync';
  /** Null: any. */
  readonly system: string | null;
  /** Null: any. */
  readonly models: readonly string[] | null;
  /** Action flags (R1); null: all of them. */
  readonly flags: string | null;
}

export type Scope = { readonly kind: 'read' } | { readonly kind: 'admin' } | SyncScope;

const ANY = '*';
const FORM = 'Use read, admin, or sync:SYSTEM/MODEL[,MODEL…][:FLAGS] with * for any.';

const encoded = (name: string): string =>
  name === ANY ? '%2A' : name.replace(/[%/,:\s]/g, (character) => encodeURIComponent(character));

/** Throws URIError for a `%` that does not begin an escape. */
function decoded(text: string): string {
  const name = decodeURIComponent(text).trim();
  if (name === '') throw new URIError('a name is empty');
  return name;
}

function readSync(text: string): SyncScope | string {
  const found = /^([^/]*)\/([^:]*)(?::(.*))?$/.exec(text);
  if (!found) return 'sync names no model';
  const [, system = '', models = '', flags] = found;
  const unknown = [...(flags ?? '')].find((flag) => !ALL_FLAGS.includes(flag));
  if (unknown !== undefined) return `${shown(unknown)} is not a flag`;
  if (flags !== undefined && flags !== ANY && [...flags].every((flag) => flag === FORCE))
    return 'the flags allow no action';
  try {
    return {
      kind: 'sync',
      system: system === ANY ? null : decoded(system),
      models: models === ANY ? null : models.split(',').map(decoded),
      flags:
        flags === undefined || flags === ANY ? null : [...ALL_FLAGS].filter((flag) => flags.includes(flag)).join(''),
    };
  } catch {
    return 'a name is empty or wrongly encoded';
  }
}

/** A scope, or why the text is not one, as the end of a sentence. */
export function parseScope(text: string): Scope | string {
  const trimmed = text.trim();
  if (trimmed === 'read' || trimmed === 'admin') return { kind: trimmed };
  const [kind = ''] = trimmed.split(':', 1);
  if (kind === 'sync') return readSync(trimmed.slice('sync:'.length));
  return `there is no such scope${didYouMean(kind, ['read', 'sync', 'admin']).replace(/\.$/, '')}`;
}

export function formatScope(scope: Scope): string {
  if (scope.kind !== 'sync') return scope.kind;
  const { system, models, flags } = scope;
  const names = models === null ? ANY : models.map(encoded).join(',');
  return `sync:${system === null ? ANY : encoded(system)}/${names}${flags === null ? '' : `:${flags}`}`;
}

/**
 * The scopes of a list, each once and in canonical spelling. Throws BAD_USER_INPUT for an empty list or an invalid
 * scope.
 */
export function readScopes(texts: readonly string[]): Scope[] {
  const scopes = new Map<string, Scope>();
  for (const text of texts) {
    const scope = parseScope(text);
    if (typeof scope === 'string') throw new CallError('BAD_USER_INPUT', `Scope ${shown(text)}: ${scope}. ${FORM}`);
    scopes.set(formatScope(scope), scope);
  }
  if (scopes.size === 0) throw new CallError('BAD_USER_INPUT', `Give at least one scope. ${FORM}`);
  return [...scopes.values()];
}
