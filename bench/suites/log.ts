import type { LogMemory, PublishCost } from '../inside/duties.ts';
import { atMost, type Row } from '../row.ts';
import { eachRound, median, told } from '../statistics.ts';
import { inside, type Suite } from './suite.ts';

/** What the logs of users take and what publishing to them costs; no sockets. */
export const log: Suite = {
  name: 'log',
  async run({ rounds, isQuick }) {
    const users = isQuick ? 1_000 : 10_000;
    const memories: LogMemory[] = [];
    const costs: PublishCost[] = [];
    for (let round = 0; round < rounds; round += 1) {
      memories.push(await inside((worker) => worker.ask('logMemory', users)));
      costs.push(await inside((worker) => worker.ask('publishing', users)));
    }
    return [...memoryRows(memories), ...costRows(costs, users)];
  },
};

function memoryRows(rounds: readonly LogMemory[]): Row[] {
  const shares = rounds.map(({ perLog, payload }) => perLog / payload);
  return [
    {
      suite: 'log',
      what: 'log of 64 events of 128 B over its frames: heap and typed arrays',
      figure: median(shares),
      unit: '×',
      goal: atMost('7', 1.25),
      detail: `${told(median(rounds.map(({ perLog }) => perLog)))} B; ${eachRound(shares)}`,
    },
    {
      suite: 'log',
      what: 'all logs before the first event',
      figure: median(rounds.map(({ beforeFirst }) => beforeFirst)),
      unit: 'B',
      goal: atMost('7', 0),
      detail: 'as the layer weighs them',
    },
  ];
}

function costRows(rounds: readonly PublishCost[], users: number): Row[] {
  const row = (what: string, part: keyof PublishCost): Row => {
    const each = rounds.map((one) => one[part]);
    return { suite: 'log', what, figure: median(each), unit: 'µs', detail: eachRound(each) };
  };
  return [
    row('publish to one user with a session', 'toOneUs'),
    row(`publish to each of ${told(users)} users with a session`, 'toManyUs'),
  ];
}
