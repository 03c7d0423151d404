/** The GraphQL playground: one page that loads nothing from anywhere. */
import { readFileSync } from 'node:fs';
import { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import { packagePath } from '../packageFiles';

/** The example operations, in the order of their tabs. */
const TABS = ['ListModels', 'SyncPersons', 'SyncHousesByOwner', 'WhichSystemsTouched', 'LastRuns'];

/** An operation of schema/operations, as it is sent. */
export function exampleOperation(name: string): string {
  return readFileSync(packagePath('schema', 'operations', 'playground', `${name}.graphql`), 'utf8');
}

/** The page, as HTML. */
export function renderPlayground(): string {
  return renderGraphiQL({
    title: 'graphql-nsync',
    endpoint: '/graphql',
    defaultTabs: TABS.map((name) => ({ query: exampleOperation(name) })),
  });
}
