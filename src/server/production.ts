/** Import this file first in every process of its own. Without NODE_ENV=production, graphql-js is slower, because it checks for copies of itself. */
process.env.NODE_ENV ??= 'production';
