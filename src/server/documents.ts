/** The cache of documents that Apollo has already parsed and validated. */
import { InMemoryLRUCache } from '@apollo/utils.keyvaluecache';
import type { DocumentNode } from 'graphql';

/** A larger document contains its rows as text and is hardly ever repeated. Measuring it for the cache takes as long as parsing it. */
const LARGEST = 20_000;

export class KnownDocuments extends InMemoryLRUCache<DocumentNode> {
  override set(key: string, document: DocumentNode): Promise<void> {
    return (document.loc?.end ?? Infinity) > LARGEST ? Promise.resolve() : super.set(key, document);
  }
}
