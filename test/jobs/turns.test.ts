/** The order in which queued runs start: systems take turns, and runs of one system and model keep their order (R44). */
import { claimable, type UnfinishedRun } from '../../src/records';

const run = (id: string, system: string, model: string, isWaiting = true): UnfinishedRun => ({
  id,
  system,
  isWaiting,
  sources: [{ system, model }],
});
const at = (second: number): Date => new Date(second * 1000);

const CASES: readonly {
  readonly name: string;
  readonly runs: readonly UnfinishedRun[];
  readonly turns?: Readonly<Record<string, Date>>;
  readonly expected: readonly string[];
}[] = [
  { name: 'nothing waits', runs: [run('1', 'HR', 'Person', false)], expected: [] },
  { name: 'one run', runs: [run('1', 'HR', 'Person')], expected: ['1'] },
  {
    name: 'runs of one system and model start one after another',
    runs: [run('1', 'HR', 'Person'), run('2', 'HR', 'Person'), run('3', 'HR', 'House')],
    expected: ['1', '3'],
  },
  {
    name: 'a run waits for a run of another system on its model, if that works',
    runs: [run('1', 'HR', 'Person', false), run('2', 'ERP', 'Person'), run('3', 'ERP', 'House')],
    expected: ['3'],
  },
  {
    name: 'systems take turns',
    runs: [run('1', 'HR', 'Person'), run('2', 'HR', 'House'), run('3', 'ERP', 'Tag')],
    expected: ['1', '3', '2'],
  },
  {
    name: 'the system whose turn was longest ago comes first',
    runs: [run('1', 'HR', 'Person'), run('2', 'ERP', 'House'), run('3', 'Web', 'Tag')],
    turns: { HR: at(2), ERP: at(1) },
    expected: ['3', '2', '1'],
  },
];

it.each(CASES)('$name', ({ runs, turns = {}, expected }) => {
  expect(claimable(runs, new Map(Object.entries(turns)))).toEqual(expected);
});
