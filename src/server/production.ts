/** Imported first by what runs as a process of its own: graphql-js is slower where it must suspect copies of itself. */
process.env.NODE_ENV ??= 'production';
