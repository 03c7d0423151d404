/** A plugin of graphql-codegen: operations as text, with their types, for a client that has no GraphQL library. */
const { print, visit } = require('graphql');

/** The operation, and the fragments that it uses. */
function textOf(operation, fragments) {
  const used = new Set();
  const collect = (node) =>
    visit(node, {
      FragmentSpread({ name: { value } }) {
        if (used.has(value)) return;
        used.add(value);
        collect(fragments.get(value));
      },
    });
  collect(operation);
  return [operation, ...[...used].map((name) => fragments.get(name))]
    .map(print)
    .join('\n')
    .replace(/[`\\]|\$\{/g, '\\$&');
}

const capital = (word) => word[0].toUpperCase() + word.slice(1);

module.exports.plugin = (_schema, documents) => {
  const definitions = documents.flatMap(({ document }) => document.definitions);
  const fragments = new Map(
    definitions.filter(({ kind }) => kind === 'FragmentDefinition').map((node) => [node.name.value, node]),
  );
  const constants = definitions
    .filter(({ kind }) => kind === 'OperationDefinition')
    .map((node) => {
      const type = `types.${node.name.value}${capital(node.operation)}`;
      const parts = [`name: '${node.name.value}'`, `isMutation: ${node.operation === 'mutation'}`];
      return `export const ${node.name.value}: Operation<${type}, ${type}Variables> = {\n  ${parts.join(',\n  ')},\n  text: \`${textOf(node, fragments)}\`,\n};\n`;
    });
  return {
    prepend: [
      '/** Emitted from schema/operations by "npm run schema". */',
      "import type * as types from '../../schema/operations/generated';",
      "import type { Operation } from './operation';",
    ],
    content: `\n${constants.join('\n')}`,
  };
};
