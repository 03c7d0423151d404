/** Models: what fields, keys and relations there are, and what a value is for a field. */
export * from './catalog';
export * from './databaseModels';
export * from './instances';
export * from './model';
export * from './names';
export * from './objectionModels';
export * from './objectIds';
export * from './objectionSource';
export * from './relations';
export * from './storedObjects';
export * from './tableSelection';
export * from './values';
