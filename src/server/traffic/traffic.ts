/** Limits on callers: requests per minute, and work at the same time (docs/limits.md). */
import type { ServerResponse } from 'node:http';
import type { Request, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import type { Viewer } from '../../access';
import type { RunAdmission, TrafficLimits } from '../../api';
import { Attachment } from '../../attachment';
import { type ExceededLimit, RateLimited } from '../../errors';
import { viewerOf } from '../authentication';
import { logFailure } from '../watching/loggedError';
import { noteRefusal } from '../watching/requests';
import { Attempts } from './attempts';
import { Budget, type BudgetShare } from './budget';
import { type Count, makeSlots, type MinuteCounter, minuteCounter, PERIOD } from './counters';
import { connectRedis } from './redis';

interface TrafficSettings {
  readonly traffic: TrafficLimits;
  /** The most bytes per request. A request of unknown size counts as this many. */
  readonly bodyBytes: number;
  readonly redisUrl: string | null;
  readonly isInsecure: boolean;
}

export interface Traffic {
  readonly attempts: Attempts;
  /** Must follow authentication. */
  readonly limitCalls: RequestHandler;
  /** Must precede the parsing of bodies. */
  readonly limitBodies: RequestHandler;
  /** Reserves space on disk for the files of a request. Throws RateLimited. */
  readonly beginUpload: () => BudgetShare;
  /** Corrects the size of a body once it has arrived. A body whose size was unknown counted as the largest possible one. */
  readonly noteBody: (response: ServerResponse, bytes: number) => void;
  /** Admits the runs of a request. */
  readonly admissionOf: (request: Request, response: Response) => RunAdmission;
  /** Admits a subscription, until the response has ended. Throws RateLimited. */
  readonly admitSubscription: (request: Request, response: Response) => Promise<void>;
  stop(): Promise<void>;
}

/** Seconds after which capacity may be free again. */
const SOON = 1;
const POLICY = 'calls';

const busy = (message: string, exceeded: ExceededLimit) => (): RateLimited => new RateLimited(message, exceeded, SOON);

const budgets = (limits: TrafficLimits) => ({
  runs: new Budget(
    limits.runsPerServer,
    busy(`The server has reached its limit for runs at a time (${limits.runsPerServer}).`, 'runs'),
  ),
  uploads: new Budget(
    limits.uploadsPerServer,
    busy(`The server has reached its limit for requests with files at a time (${limits.uploadsPerServer}).`, 'uploads'),
  ),
  uploadedBytes: new Budget(
    limits.uploadedBytesPerServer,
    busy(
      `The server has reached its limit for bytes of files at a time (${limits.uploadedBytesPerServer}).`,
      'upload bytes',
    ),
  ),
  bodyBytes: new Budget(
    limits.bodyBytesPerServer,
    busy(`The server has reached its limit for bytes of requests at a time (${limits.bodyBytesPerServer}).`, 'bodies'),
  ),
});

/** The caller's key: its name, or else its address. Null: a person at the server's own machine, who has no limits. */
function callerOf({ kind, name }: Viewer, request: Request, isInsecure: boolean): string | null {
  if (kind !== 'anonymous') return `${kind} ${name}`;
  return isInsecure ? `address ${request.ip ?? ''}` : null;
}

/** The headers of draft-ietf-httpapi-ratelimit-headers-09. */
function tellRate(response: Response, { limit, remaining, reset }: Count): void {
  response.set({
    'ratelimit-policy': `"${POLICY}";q=${limit};w=${PERIOD}`,
    ratelimit: `"${POLICY}";r=${remaining};t=${reset}`,
  });
}

/** The most bytes of memory that a body can take. */
function bodySize({ headers }: Request, most: number): number {
  const { 'content-length': length, 'content-encoding': encoding, 'transfer-encoding': transfer } = headers;
  // A request has a body only if one of these headers is present (RFC 9112, 6.3).
  if (length === undefined && transfer === undefined) return 0;
  // A compressed or chunked body may grow up to the limit.
  return length === undefined || encoding !== undefined ? most : Number(length);
}

/** Counts the requests of each caller, and refuses those above the limit. `calls` is null if there is no limit. */
const limitCalls =
  (calls: MinuteCounter | null, callsPerMinute: number, isInsecure: boolean): RequestHandler =>
  async (request, response, next) => {
    const caller = callerOf(viewerOf(response), request, isInsecure);
    if (calls && caller !== null) {
      const count = await calls.add(caller);
      tellRate(response, count);
      if (count.isExceeded)
        throw new RateLimited(`The caller has reached its limit for requests per minute (${callsPerMinute}).`, 'calls', count.reset); // prettier-ignore
    }
    next();
  };

/** Takes a slot for work of a caller. Returns a function that frees the slot. Throws RateLimited. */
type SlotTaker = (caller: string | null) => Promise<() => Promise<void>>;

function slotTaker(
  work: 'runs' | 'subscriptions',
  limit: number,
  redis: Parameters<typeof makeSlots>[2],
  log: Logger,
): SlotTaker {
  if (limit <= 0) return () => Promise.resolve(() => Promise.resolve());
  const slots = makeSlots(work, limit, redis, (error) =>
    logFailure(log, 'warn', error, {}, `cannot count ${work} in Redis`),
  );
  return async (caller) => {
    if (caller === null) return () => Promise.resolve();
    const free = await slots.take(caller);
    if (free) return free;
    throw new RateLimited(
      `The caller has reached its limit for ${work} at a time (${limit}).`,
      `${work} of caller`,
      SOON,
    );
  };
}

/** Admits a run of a request, unless the server or the caller has too many. */
const admission =
  (runs: Budget, takeSlot: SlotTaker, isInsecure: boolean): Traffic['admissionOf'] =>
  (request, response) =>
  async (work) => {
    try {
      const endRun = runs.take(1);
      try {
        const freeSlot = await takeSlot(callerOf(viewerOf(response), request, isInsecure));
        return await work().finally(freeSlot);
      } finally {
        endRun();
      }
    } catch (error) {
      if (error instanceof RateLimited) noteRefusal(response, error.code, error.exceeded);
      throw error;
    }
  };

/** Admits a subscription, unless the caller has too many. The slot is free when the response has ended. */
const subscriptionAdmission =
  (takeSlot: SlotTaker, isInsecure: boolean): Traffic['admitSubscription'] =>
  async (request, response) => {
    const caller = callerOf(viewerOf(response), request, isInsecure);
    try {
      const freeSlot = await takeSlot(caller);
      if (response.closed) await freeSlot();
      else response.once('close', () => void freeSlot());
    } catch (error) {
      if (error instanceof RateLimited) noteRefusal(response, error.code, error.exceeded);
      throw error;
    }
  };

/** Starts counting callers, in Redis if the settings name a server. Resolves even if Redis cannot be reached. */
export async function startTraffic(
  { traffic: limits, bodyBytes, redisUrl, isInsecure }: TrafficSettings,
  log: Logger,
): Promise<Traffic> {
  const redis = redisUrl === null ? null : await connectRedis(redisUrl, log);
  const { callsPerMinute, failedAuthenticationsPerMinute, runsPerCaller, subscriptionsPerCaller } = limits;
  const counter = (name: string, limit: number) => (limit > 0 ? minuteCounter(name, limit, redis) : null);
  const { runs, uploads, uploadedBytes, bodyBytes: bodies } = budgets(limits);
  const bodyShares = new Attachment<ServerResponse, BudgetShare>('share of the bodies');
  return {
    attempts: new Attempts(counter('failed-authentications', failedAuthenticationsPerMinute)),
    limitCalls: limitCalls(counter(POLICY, callsPerMinute), callsPerMinute, isInsecure),
    limitBodies(request, response, next) {
      // Files are written to disk, so they do not count as memory.
      if (!request.is('multipart/form-data')) {
        const share = bodies.share();
        share.take(bodySize(request, bodyBytes));
        bodyShares.attach(response, share);
        response.once('close', share.giveBack);
      }
      next();
    },
    noteBody(response, bytes) {
      const share = bodyShares.of(response);
      share?.giveBack();
      share?.take(bytes);
    },
    beginUpload() {
      const endUpload = uploads.take(1);
      const share = uploadedBytes.share();
      return {
        take: share.take,
        giveBack: () => {
          share.giveBack();
          endUpload();
        },
      };
    },
    admissionOf: admission(runs, slotTaker('runs', runsPerCaller, redis, log), isInsecure),
    admitSubscription: subscriptionAdmission(
      slotTaker('subscriptions', subscriptionsPerCaller, redis, log),
      isInsecure,
    ),
    stop() {
      redis?.disconnect();
      return Promise.resolve();
    },
  };
}
