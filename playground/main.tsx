/** The playground's page: GraphiQL with nsync's examples, completion and hints. */
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';
import { useGraphiQL, useMonaco } from '@graphiql/react';
import { buildSchema } from 'graphql';
import { type ReactNode, useEffect } from 'react';
import { createRoot } from 'react-dom/client';
import sdl from '../schema/schema.graphql';
import { Access } from './access';
import { ACCESS_PLUGIN, AccessButton, AccessProvider, ExchangeExamples, OpenWhenRefused } from './accessPane';
import { completeFromDatabase } from './completion';
import { arrangeEditors, operationCursor, widenVariables } from './editors';
import type { Example } from './examples';
import { fetcher, followCursor } from './fetcher';
import { SCALAR_SCHEMAS } from './variables';

/** What the server writes into the page (src/server/playground.ts). */
interface PageData {
  readonly tabs: Example[];
  readonly workers: Readonly<Record<string, string>>;
}

const { tabs, workers } = JSON.parse(document.querySelector('#playground-data')?.textContent ?? '{}') as PageData;

Object.assign(globalThis, {
  MonacoEnvironment: {
    getWorker: (_id: string, label: string) => new Worker(workers[label] ?? workers.editor ?? '', { type: 'module' }),
  },
});

/** The schema is part of the page: a second visit loads nothing but the page itself. */
const schema = buildSchema(sdl, { noLocation: true });

const PLUGINS = [HISTORY_PLUGIN, ACCESS_PLUGIN];
const access = new Access(tabs);
void access.recognise();

const isMac = navigator.userAgent.includes('Mac');
const CONTROL = isMac ? '⌘' : 'Ctrl';

function Editors(): ReactNode {
  const monaco = useMonaco((state) => state.monaco);
  useEffect(() => {
    if (!monaco) return;
    followCursor(() => operationCursor(monaco));
    const parts = [arrangeEditors(monaco), widenVariables(monaco), completeFromDatabase(monaco)];
    return () => parts.forEach((part) => part.dispose());
  }, [monaco]);
  return null;
}

/** Stands in the answer's place until there is one. */
function Hint(): ReactNode {
  const isEmpty = useGraphiQL(
    ({ tabs: all, activeTabIndex, isFetching }) => !isFetching && !all[activeTabIndex]?.response,
  );
  if (!isEmpty) return null;
  return (
    <div className="nsync-hint">
      <p>
        <strong>
          Press ▶ Run or <kbd>{CONTROL}</kbd>+<kbd>Enter</kbd>
        </strong>
      </p>
      <p>The answer appears here. Every tab is an example that you can run and change.</p>
      <p>
        <kbd>Ctrl</kbd>+<kbd>Space</kbd> in the editor lists what fits: models, fields, relations.
      </p>
      <p>The book icon opens the documentation of the API.</p>
    </div>
  );
}

function Playground(): ReactNode {
  return (
    <AccessProvider value={access}>
      <GraphiQL
        fetcher={fetcher}
        schema={schema}
        schemaDescription
        customScalarSchemas={SCALAR_SCHEMAS}
        defaultTabs={tabs}
        defaultEditorToolsVisibility
        plugins={PLUGINS}
      >
        <GraphiQL.Logo>
          <AccessButton />
          graphql-nsync
        </GraphiQL.Logo>
        <GraphiQL.Footer>
          <Hint />
        </GraphiQL.Footer>
        <Editors />
        <OpenWhenRefused />
        <ExchangeExamples />
      </GraphiQL>
    </AccessProvider>
  );
}

const root = document.querySelector('#root');
if (root) createRoot(root).render(<Playground />);
