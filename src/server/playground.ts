/** The GraphQL playground: one page that loads nothing from anywhere. */
import { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import type { ModelCatalog } from '../models';
import { playgroundTabs, type Tab } from './playgroundTabs';

/** The page has its options in a script, which a `<` in a table's name could end; in JSON it has another spelling. */
const withinScript = ({ query, variables }: Tab): Tab => ({ query, variables: variables?.replaceAll('<', '\\u003c') });

/**
 * GraphiQL reads the operation names of an edited or newly opened text only after a pause, and until then sends a name that the
 * text may not have. The server executes nothing in that case, so the text is sent again without a name.
 */
const FETCHER = `
  async ({ query, variables, operationName }, { headers } = {}) => {
    const send = async (request) => {
      const response = await fetch('/graphql', {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json', accept: 'application/json' },
        body: JSON.stringify(request),
      });
      return response.json();
    };
    const answer = await send({ query, variables, operationName });
    const isUnknownName = answer.errors?.some(({ extensions }) => extensions?.code === 'OPERATION_RESOLUTION_FAILURE');
    return operationName && isUnknownName ? send({ query, variables }) : answer;
  }`;

/** Stands for the fetcher among the page's options, which are JSON. */
const FETCHER_PLACE = 'playground-fetcher';

const render = (catalog: ModelCatalog): string => {
  const options = {
    title: 'graphql-nsync',
    defaultTabs: playgroundTabs(catalog).map(withinScript),
    fetcher: FETCHER_PLACE,
  };
  return renderGraphiQL(options).replace(JSON.stringify(FETCHER_PLACE), () => FETCHER);
};

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
