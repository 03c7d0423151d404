/** The documents that Apollo does not parse and validate again. */
import { InMemoryLRUCache } from '@apollo/utils.keyvaluecache';
import type { DocumentNode } from 'graphql';

/** A large document has its rows within its text, so that it hardly comes twice; to measure it for the cache takes as long as to parse it. */
const LARGEST = 20_000;

export class KnownDocuments extends InMemoryLRUCache<DocumentNode> {
  override set(key: string, document: DocumentNode): Promise<void> {
    return (document.loc?.end ?? Infinity) > LARGEST ? Promise.resolve() : super.set(key, document);
  }
}
