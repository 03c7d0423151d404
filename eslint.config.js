const tseslint = require('typescript-eslint');
const { default: regexp } = require('eslint-plugin-regexp');

module.exports = tseslint.config(
  {
    ignores: [
      'dist/',
      'dist-bench/',
      'coverage/',
      'schema/**',
      'src/client/operations.ts',
      'test/package/',
      'playground/build.js',
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
    files: ['test/**'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
);
