const tseslint = require('typescript-eslint');
const { importX } = require('eslint-plugin-import-x');
const { createTypeScriptImportResolver } = require('eslint-import-resolver-typescript');
const { default: regexp } = require('eslint-plugin-regexp');

/** The folders of src, lowest first: a folder imports only the folders before it (CONTRIBUTING.md). */
const LAYERS = [
  'database',
  'models',
  'records',
  'sync',
  'csv',
  'access',
  'api',
  'jobs',
  'doctor',
  'library',
  'server',
  'cli',
];
/** Folders beside the layers, with the folders that each must not import. The client is a package of its own. */
const APART = { client: LAYERS, demo: LAYERS.slice(1) };

const restricted = (files, patterns) => ({ files, rules: { 'no-restricted-imports': ['error', { patterns }] } });

const isAbove = (folder, above) => ({
  regex: `^(?:\\.\\./)+(?:${above.join('|')})(?:/|$)`,
  message: `${folder} is below: what both need belongs further down.`,
});

/** src/sync/index.ts is the engine's interface; its folders are its own. */
const INSIDE_ENGINE = {
  regex: '^\\.{1,2}/(?:\\.\\./)*sync/',
  message: "Import from 'sync': its index is what the engine offers.",
};

const closed = (folder, above) =>
  restricted(
    [`src/${folder}/**`],
    [
      ...(above.length > 0 ? [isAbove(folder, above)] : []),
      ...(LAYERS.indexOf(folder) > LAYERS.indexOf('sync') ? [INSIDE_ENGINE] : []),
    ],
  );

const KINDS = '/^(BELONGS_TO|HAS_ONE|HAS_MANY|MANY_TO_MANY|HAS_ONE_THROUGH)$/';
/** A comparison with one of the kinds of relations, and the question whether a relation has a join table. */
const KIND_QUESTION = {
  selector: [
    `BinaryExpression > :matches(Literal[value=${KINDS}], Identifier[name=${KINDS}], MemberExpression[property.name='keyPlace'])`,
    ":matches(BinaryExpression, LogicalExpression, UnaryExpression, ConditionalExpression, IfStatement) > MemberExpression[property.name='join']",
    "BinaryExpression > Identifier[name='join']",
    "BinaryExpression[operator='in'] > Literal[value='join']",
  ].join(', '),
  message: 'Ask the kind of a relation for what you need, not which kind it is (docs/internals.md).',
};

const MOST_LINES = { function: 60, file: 300 };

/** A line that starts a test or a suite. */
const TEST = /^\s*(?:describe\w*|it)[.(]/m;
/** Limits the functions of test files, but no suite: a suite is as long as its tests are many, and its file has a limit. */
const shortTests = {
  create: (context) => ({
    ':function'({ body: { loc, range } }) {
      const lines = loc.end.line - loc.start.line + 1;
      if (lines <= MOST_LINES.function || TEST.test(context.sourceCode.text.slice(...range))) return;
      context.report({ loc, message: `A test has at most ${MOST_LINES.function} lines. This one has ${lines}.` });
    },
  }),
};

module.exports = tseslint.config(
  {
    ignores: [
      'dist/',
      'dist-bench/',
      'coverage/',
      'schema/**',
      'src/client/operations.ts',
      'test/package/',
      'test/support/*.mjs',
      'test/deploy/run/',
      'playground/build.js',
      'playground/licences.js',
      '*.js',
    ],
  },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: __dirname } },
    rules: {
      // Numbers and ids stand in messages; everything else is spelt out.
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowNullish: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidOperator: true },
      ],
      '@typescript-eslint/no-meaningless-void-operator': 'off',
      // Type-graphql's and Objection's classes are named, not instantiated.
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/unified-signatures': 'off',
      // Rows of a database and classes of users are what they are: their types are claims, and checks on them are meant.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-unsafe-enum-assignment': 'off',
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/no-unnecessary-type-assertion': 'off',
      '@typescript-eslint/no-unnecessary-type-conversion': 'off',
      '@typescript-eslint/no-base-to-string': 'off',
      // Inputs are classes for type-graphql's sake, and plain data otherwise.
      '@typescript-eslint/no-misused-spread': 'off',
      // A generator of batches is asynchronous by its interface.
      '@typescript-eslint/require-await': 'off',
      // Loops wait for each other on purpose where one connection serves them all.
      'no-await-in-loop': 'off',
    },
  },
  {
    // Input may be of any length: an expression whose time grows faster than its text is a way to block the server.
    files: ['src/**'],
    plugins: { regexp },
    rules: {
      'regexp/no-super-linear-backtracking': ['error', { report: 'potential' }],
      'regexp/no-super-linear-move': ['error', { report: 'potential' }],
    },
  },
  {
    files: ['src/**'],
    plugins: { 'import-x': importX },
    settings: {
      ...importX.flatConfigs.typescript.settings,
      'import-x/resolver-next': [createTypeScriptImportResolver()],
    },
    rules: { 'import-x/no-cycle': 'error' },
  },
  {
    files: ['src/**'],
    rules: { 'no-restricted-syntax': ['error', KIND_QUESTION] },
  },
  ...LAYERS.map((folder, floor) => closed(folder, LAYERS.slice(floor + 1))),
  restricted(['src/*.ts'], [INSIDE_ENGINE]),
  {
    files: ['src/**', 'bench/**', 'test/**'],
    rules: {
      'max-lines': ['error', MOST_LINES.file],
      'max-lines-per-function': ['error', { max: MOST_LINES.function, skipComments: true }],
    },
  },
  {
    files: ['test/**/*.test.ts'],
    plugins: { own: { rules: { 'short-tests': shortTests } } },
    rules: { 'max-lines-per-function': 'off', 'own/short-tests': 'error' },
  },
  ...Object.entries(APART).map(([folder, above]) => closed(folder, above)),
  restricted(
    ['test/property/naive/**'],
    [{ regex: '^(?:\\.\\./)+src/', message: 'The rules are checked against src: they share no code with it.' }],
  ),
  {
    files: ['test/**'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
);
