/** Authorization: callers, their scopes, and what they may see and do. */
export * from './access';
export * from './scopes';
export * from './viewer';
export * from './visibleModels';
