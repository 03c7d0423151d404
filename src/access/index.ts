/** Who may do what. */
export * from './access';
export * from './scopes';
export * from './viewer';
export * from './visibleModels';
