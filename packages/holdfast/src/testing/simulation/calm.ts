import type { Settings } from '../../core/options.ts';
import { allowanceMs } from './check-closing.ts';
import { checkCaughtUp } from './check-caught-up.ts';
import type { Play } from './play.ts';
import type { SimulatedClient } from './simulated-client.ts';
import type { Stage } from './stage.ts';

/** A stretch without acts and faults, in which every line is put in order; whatever is owed is then paid. */
export async function calm(stage: Stage, play: Play): Promise<void> {
  const { settings, world } = stage;
  stage.note(() => 'a calm begins');
  play.isQuiet = true;
  mend(stage);
  const since = world.now;
  await play.pass(longestGhostMs(settings) * 2);
  if (stage.verdict.violation !== null) return;
  checkCaughtUp(stage);
  checkGhosts(stage, since);
  play.isQuiet = false;
}

/** Every client there is or was. */
export function everyClient({ users }: Stage): SimulatedClient[] {
  return users.flatMap(({ clients }) => clients);
}

/** Nothing fails any more, the frozen run, and every line carries but those of clients who have vanished. */
export function mend(stage: Stage): void {
  const { clientOf, clock, failing } = stage;
  failing.listener = false;
  failing.hook = false;
  clock.timerError = null;
  for (const socket of clientOf.keys()) {
    socket.throwing.clear();
    socket.dropsLeft = 0;
  }
  for (const client of everyClient(stage)) {
    if (client.isVanished) continue;
    client.heal();
    if (client.isFrozen) client.thaw();
  }
}

/** How long the last sign of life of a client who is gone can keep its slot. */
export function longestGhostMs(settings: Settings): number {
  const { pingIntervalMs, pingTimeoutMs, maxUnconfirmedBytes } = settings;
  return pingIntervalMs + pingTimeoutMs + allowanceMs(maxUnconfirmedBytes) + 5_000;
}

/** I3: whoever was gone when the calm began holds no slot when it ends. */
function checkGhosts({ sessions, verdict }: Stage, since: number): void {
  for (const { id, client, socket, openedAt } of sessions.values()) {
    if (openedAt >= since || socket?.canPing === false) continue;
    const isGhost = client?.isVanished === true || (socket !== null && socket.closedAt < since);
    verdict.expect(!isGhost, 'I3', () => `${id} still holds its slot though its client is gone`);
  }
}
