/** Completion of models, fields, relations and systems, in operations and in the variables' JSON. */
import type * as Monaco from 'monaco-editor';
import { type CursorPlace, placeAt } from './cursor';
import { send } from './fetcher';
import { type Catalog, type CatalogModel, type Proposal, proposalsAt } from './proposals';
import { storedAccess } from './storedAccess';

const CATALOG = `query PlaygroundCatalog {
  models { name fields { name type writable } relations { name model reason } setters }
  externalSystems(first: 200) { nodes { name } }
}`;

/** How long the catalog is taken to be as it was read: a sync can create a system at any time. */
const FRESH_MS = 5000;
/** A name that GraphQL takes for a key; others can only stand in JSON. */
const GRAPHQL_NAME = /^[_A-Za-z]\w*$/;

interface CatalogData {
  readonly models: readonly CatalogModel[];
  readonly externalSystems: { readonly nodes: readonly { readonly name: string }[] };
}

async function readCatalog(): Promise<Catalog> {
  const { data } = (await send({ query: CATALOG })) as { data?: CatalogData | null };
  return { models: data?.models ?? [], systems: data?.externalSystems.nodes.map(({ name }) => name) ?? [] };
}

/** The catalog as it was read in the last seconds, with the token of now: another caller sees others. */
function makeCatalog(): () => Promise<Catalog> {
  let last: { readonly at: number; readonly token: string | undefined; readonly catalog: Promise<Catalog> } | null =
    null;
  return () => {
    const token = storedAccess()?.token;
    if (last?.token !== token || last === null || Date.now() - last.at > FRESH_MS)
      last = { at: Date.now(), token, catalog: readCatalog() };
    return last.catalog;
  };
}

/** What to write for a proposal at its place. */
function written({ text }: Proposal, { isQuoted, expects }: CursorPlace, language: string): string | null {
  if (isQuoted) return text;
  if (expects === 'value') return JSON.stringify(text);
  if (language === 'json') return `${JSON.stringify(text)}: `;
  return GRAPHQL_NAME.test(text) ? `${text}: ` : null;
}

/** The text that a proposal replaces: the word at the cursor, or the last of several names within quotes. */
function replaced(place: CursorPlace): { readonly start: number; readonly end: number } {
  const isOneOfSeveral = place.path.at(-1) === 'matchOn';
  return { start: isOneOfSeveral ? place.start + place.typed.lastIndexOf(' ') + 1 : place.start, end: place.end };
}

/** Registers the completion; returns what ends it. */
export function completeFromDatabase(monaco: typeof Monaco): Monaco.IDisposable {
  const catalog = makeCatalog();
  const { Class, Field, Reference, Module, Enum } = monaco.languages.CompletionItemKind;
  const kinds = { model: Class, field: Field, relation: Reference, system: Module, flags: Enum };
  const provider: Monaco.languages.CompletionItemProvider = {
    triggerCharacters: ['"', '{', ' ', '>'],
    async provideCompletionItems(model, position) {
      const place = placeAt(model.getValue(), model.getOffsetAt(position));
      if (place === null) return { suggestions: [] };
      const { start, end } = replaced(place);
      const range = monaco.Range.fromPositions(model.getPositionAt(start), model.getPositionAt(end));
      const proposals = proposalsAt(await catalog(), place);
      const suggestions = proposals.flatMap((proposal, index): Monaco.languages.CompletionItem[] => {
        const insertText = written(proposal, place, model.getLanguageId());
        const label = { label: proposal.text, description: proposal.detail };
        const sortText = String(index).padStart(5, '0');
        // The quotes are part of what is written where none stand yet.
        return insertText === null
          ? []
          : [{ label, insertText, range, sortText, filterText: proposal.text, kind: kinds[proposal.kind] }];
      });
      return { suggestions };
    },
  };
  return monaco.languages.registerCompletionItemProvider(['graphql', 'json'], provider);
}
