/** Models: their fields, keys and relations, and the valid values of fields. */
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
