/** What is known of objects that live briefly, such as requests, goes with them, without a collection of all garbage. */
import { runInNewContext } from 'node:vm';
import { setFlagsFromString } from 'node:v8';
import { Attachment } from '../src/attachment';
import { onAbort } from '../src/onAbort';
import { Roster } from '../src/roster';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as (options: { readonly type: 'minor' | 'major' }) => void;

/** As large as what a request leads to. */
class Request {
  readonly body = new Array<number>(1000).fill(1.5);
}

const MEGABYTE = 2 ** 20;
const AT_ONCE = 60;
const REQUESTS = 25_600;
/** Few requests are under way in a collection. If most objects of a kind outlive it, V8 makes later ones as old objects. */
const BETWEEN_COLLECTIONS = 10 * AT_ONCE;
/** A Set, a WeakMap or a listener in place of what is tested keeps 60 and more. */
const FEW_MEGABYTES = 8;

/** Answers requests, 60 at once. Returns the most megabytes of theirs after a collection of young objects. */
function keptAfter(begin: (request: Request) => () => void): number {
  const ends = Array.from({ length: AT_ONCE }, () => begin(new Request()));
  // What there is becomes old, as in a server that has been running for a while.
  gc({ type: 'major' });
  const before = process.memoryUsage().heapUsed;
  let most = 0;
  for (let count = 0; count < REQUESTS; count += 1) {
    const place = count % AT_ONCE;
    ends[place]!();
    ends[place] = begin(new Request());
    if (count % BETWEEN_COLLECTIONS > 0) continue;
    gc({ type: 'minor' });
    most = Math.max(most, process.memoryUsage().heapUsed - before);
  }
  for (const end of ends) end();
  return most / MEGABYTE;
}

const signal = new AbortController().signal;
const requests = new Roster<Request>();
const names = new Attachment<Request, { readonly of: Request }>('name');

it.each<[string, (request: Request) => () => void]>([
  ['a roster', (request) => requests.add(request)],
  ['a callback of a signal', (request) => onAbort(signal, () => request.body.pop())],
  ['a value of an object', (request) => (names.attach(request, { of: request }), () => void request.body.pop())],
])('%s keeps no request that is over', (_, begin) => {
  expect(keptAfter(begin)).toBeLessThan(FEW_MEGABYTES);
});

describe('a roster', () => {
  const entered = (...items: readonly string[]) => {
    const roster = new Roster<string>();
    return { roster, leave: items.map((item) => roster.add(item)) };
  };
  const there = (roster: Roster<string>): string[] => [...roster].sort();

  it.each([0, 1, 2])('has the others once item %i of three has left, also if it leaves again', (place) => {
    const { roster, leave } = entered('a', 'b', 'c');
    leave[place]!();
    leave[place]!();
    expect(there(roster)).toEqual(['a', 'b', 'c'].filter((_, index) => index !== place));
    expect(roster.size).toBe(2);
    for (const each of leave) each();
    expect(roster.size).toBe(0);
  });

  it('may change while it is read', () => {
    const { roster, leave } = entered('a', 'b', 'c');
    const read: string[] = [];
    for (const item of roster) {
      read.push(item);
      leave.pop()?.();
      roster.add('later');
    }
    expect(read).toEqual(['a', 'b', 'c']);
    expect(there(roster)).toEqual(['later', 'later', 'later']);
  });

  it('has an item as often as it was added', () => {
    const { roster, leave } = entered('a', 'a');
    leave[0]!();
    expect(there(roster)).toEqual(['a']);
  });
});

describe('onAbort', () => {
  it('calls back once, in any number', () => {
    const controller = new AbortController();
    const calls: string[] = [];
    onAbort(controller.signal, () => calls.push('one'));
    const takeAway = onAbort(controller.signal, () => calls.push('taken away'));
    onAbort(controller.signal, () => calls.push('two'));
    takeAway();
    controller.abort();
    controller.abort();
    expect(calls.sort()).toEqual(['one', 'two']);
  });

  it('calls back at once if the signal is aborted', () => {
    const callback = jest.fn();
    onAbort(AbortSignal.abort(), callback)();
    expect(callback).toHaveBeenCalledTimes(1);
  });
});

describe('an attachment', () => {
  it.each<[string, object]>([
    ['an object', {}],
    ['a frozen object', Object.freeze({})],
  ])('belongs to %s alone, and can be replaced', (_, owner) => {
    const ages = new Attachment<object, number>('age');
    const others = new Attachment<object, number>('age');
    expect(ages.of(owner)).toBeUndefined();
    ages.attach(owner, 1);
    ages.attach(owner, 2);
    expect(ages.of(owner)).toBe(2);
    expect(others.of(owner)).toBeUndefined();
    expect([ages.of({ ...owner }), ages.of(Object.create(owner) as object)]).toEqual([undefined, undefined]);
    expect(JSON.stringify(owner)).toBe('{}');
  });
});
