/** The examples among the tabs. They change with the caller; tabs that somebody has written or changed stay. */
import type { TabsState } from '@graphiql/react';

export interface Example {
  readonly query: string;
  /** JSON. */
  readonly variables?: string;
}

export type Tab = TabsState['tabs'][number];

const isTabOf = ({ query, variables, headers }: Tab, example: Example): boolean =>
  query === example.query && (variables ?? '') === (example.variables ?? '') && !headers;

const newTab = ({ query, variables = '' }: Example): Tab => {
  const name = /^(?:query|mutation|subscription) (\w+)/m.exec(query)?.[1] ?? '';
  return {
    id: crypto.getRandomValues(new Uint32Array(4)).join('-'),
    hash: [query, variables, ''].join('|'),
    title: name,
    operationName: name,
    query,
    variables,
    headers: null,
    response: null,
  };
};

/** The tabs with examples `to` instead of `from`: the examples first, then the tabs of the person. */
export function exchanged(tabs: readonly Tab[], from: readonly Example[], to: readonly Example[]): Tab[] {
  const own = tabs.filter((tab) => ![...from, ...to].some((example) => isTabOf(tab, example)));
  return [...to.map((example) => tabs.find((tab) => isTabOf(tab, example)) ?? newTab(example)), ...own];
}

/** The examples that fit the models and the scopes of a token; null if they cannot be read. */
export async function readExamples(token: string): Promise<readonly Example[] | null> {
  try {
    const response = await fetch('/playground/examples', { headers: { authorization: `Bearer ${token}` } });
    return response.ok ? ((await response.json()) as Example[]) : null;
  } catch {
    return null;
  }
}
