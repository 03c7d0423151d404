/** A shop's own server, Express and Apollo, with nsync's schema beside its own. */
import { ApolloServer } from '@apollo/server';
import { expressMiddleware } from '@as-integrations/express5';
import express, { type Express } from 'express';
import type { Knex } from 'knex';
import { createNsync, type Nsync } from '../../src';
import { Customer, Purchase } from './models';

const TYPE_DEFS = `
  type Query {
    "What the customers have bought, the largest sum first."
    turnover: [Turnover!]!
  }
  type Turnover { customer: String!  total: Float! }
`;

interface ShopContext {
  readonly knex: Knex;
}

const RESOLVERS = {
  Query: {
    turnover: (_parent: unknown, _args: unknown, { knex }: ShopContext) =>
      knex('purchase')
        .join('customer', 'customer.id', 'customer_id')
        .groupBy('customer.name')
        .orderBy('total', 'desc')
        .select('customer.name as customer')
        .sum('amount as total'),
  },
};

export interface Shop {
  readonly express: Express;
  readonly nsync: Nsync;
  stop(): Promise<void>;
}

/** The shop on its own knex: nsync takes the connection settings from it, and needs nothing of the shop's context. */
export async function makeShop(knex: Knex): Promise<Shop> {
  const nsync = await createNsync({ knex, models: { Customer, Purchase } });
  const apollo = new ApolloServer<ShopContext>({
    typeDefs: [TYPE_DEFS, nsync.typeDefs],
    resolvers: [RESOLVERS, nsync.resolvers],
  });
  await apollo.start();
  const app = express();
  app.use('/graphql', express.json(), expressMiddleware(apollo, { context: () => Promise.resolve({ knex }) }));
  // A sync that the shop starts by itself: what its till writes at night.
  app.post('/till', express.json(), (request, response, next) => {
    nsync
      .sync({
        system: 'Till',
        model: 'Purchase',
        rows: request.body,
        defaults: { actionFlags: 'cu', matchOn: 'receipt' },
      })
      .then(({ run }) => response.json({ status: run.status, counts: run.counts }), next);
  });
  return {
    express: app,
    nsync,
    stop: async () => {
      await apollo.stop();
      await nsync.close();
    },
  };
}
