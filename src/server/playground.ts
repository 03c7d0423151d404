/** The GraphQL playground: one page that loads nothing from anywhere. */
import { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import type { ModelCatalog } from '../models';
import { playgroundTabs, type Tab } from './playgroundTabs';

/** The page has its options in a script, which a `<` in a table's name could end; in JSON it has another spelling. */
const withinScript = ({ query, variables }: Tab): Tab => ({ query, variables: variables?.replaceAll('<', '\\u003c') });

const render = (catalog: ModelCatalog): string =>
  renderGraphiQL({
    title: 'graphql-nsync',
    endpoint: '/graphql',
    defaultTabs: playgroundTabs(catalog).map(withinScript),
  });

/** Gives the page, as HTML, for the models as they are when it is asked for. */
export function makePlayground(services: { readonly catalog: ModelCatalog }): () => string {
  let rendered: { readonly catalog: ModelCatalog; readonly page: string } | null = null;
  return () => {
    const { catalog } = services;
    // The page has megabytes: it is rendered again only where the models have been reloaded.
    if (rendered?.catalog !== catalog) rendered = { catalog, page: render(catalog) };
    return rendered.page;
  };
}
