import type { LimitFrame } from '../../protocol/frames.ts';
import type { SimulatedClient } from './simulated-client.ts';
import type { Stage } from './stage.ts';

/** What somebody at the limit does who is asked: nothing, sooner or later something, and not always the right thing. */
export function answerQuestion(
  { random, world, sessions, ended, note }: Stage,
  client: SimulatedClient,
  { sessions: listed }: LimitFrame,
): void {
  const draw = random.next();
  if (draw < 0.25) return;
  world.in(random.waitMs(3_000), () => {
    if (draw < 0.35) {
      client.leave(random.chance(0.5));
      return;
    }
    const wrong = random.pick([...sessions.keys(), ...ended.map(({ id }) => id), 'none']);
    const id = draw < 0.6 ? wrong : random.pick(listed)?.session;
    note(() => `${client.name} takes over ${id}`);
    client.takeOver(id ?? 'none');
  });
}
