import type { Act } from './act.ts';
import type { FaultKind } from './scenario.ts';
import type { SimulatedSocket, SocketMethod } from './simulated-socket.ts';
import type { Stage } from './stage.ts';

/** What goes wrong, by kind. */
export const faultActs: Readonly<Record<FaultKind, Act>> = {
  stall: { name: 'stall', weight: 2, run: stall },
  listener: { name: 'listener throws', weight: 0.5, run: breakListener },
  hook: { name: 'hooks fail', weight: 0.5, run: breakHooks },
  socket: { name: 'socket throws', weight: 2, run: breakSocket },
  timer: { name: 'timers fail', weight: 0.3, run: breakTimers },
  sweep: { name: 'sweep is poisoned', weight: 0.3, run: poisonSweep },
  'wall-clock': { name: 'the wall clock jumps', weight: 0.5, run: moveWallClock },
  'silent-loss': { name: 'an engine loses a socket', weight: 2, run: loseSocket },
  drop: { name: 'an engine drops writes', weight: 2, run: dropWrites },
};

/** The process stands still: for a moment, a while, or as long as somebody has it stopped. */
function stall(stage: Stage): void {
  const { random, world, note } = stage;
  const forMs =
    random.pick([
      random.between(20, 200),
      random.between(300, 3_000),
      random.between(3_000, 40_000),
    ]) ?? 100;
  world.ask(() => {
    note(() => `the process stands still for ${forMs} ms`);
    world.stall(forMs);
  });
}

function breakListener(stage: Stage): void {
  const { world, random } = stage;
  stage.failing.listener = true;
  world.in(random.waitMs(3_000), () => {
    stage.failing.listener = false;
  });
}

function breakHooks(stage: Stage): void {
  const { world, random } = stage;
  stage.failing.hook = true;
  world.in(random.waitMs(3_000), () => {
    stage.failing.hook = false;
  });
}

function drawSocket({ random, clientOf }: Stage): SimulatedSocket | undefined {
  return random.pick([...clientOf.keys()].filter(({ isClosed }) => !isClosed));
}

function breakSocket(stage: Stage): void {
  const { random, world } = stage;
  const socket = drawSocket(stage);
  const methods: readonly SocketMethod[] = ['send', 'ping', 'close', 'terminate', 'transport'];
  const method = random.pick(methods) ?? 'send';
  if (socket === undefined) return;
  stage.note(() => `${method} of ${stage.clientOf.get(socket)?.name} will throw`);
  socket.throwing.add(method);
  world.in(random.waitMs(5_000), () => socket.throwing.delete(method));
}

/** Timers cannot be set for a while, or all that are set are lost. */
function breakTimers(stage: Stage): void {
  const { random, world, clock, note } = stage;
  const forMs = random.between(1, 3_000);
  const areLost = random.chance(0.5);
  world.ask(() => {
    note(() => (areLost ? 'all timers are lost' : `timers cannot be set for ${forMs} ms`));
    world.distrustTimers(areLost ? 0 : forMs);
    if (areLost) clock.loseTimers();
    else clock.timerError = new Error('a timer could not be set, as asked');
    world.at(clock.nowMs() + forMs, () => {
      clock.timerError = null;
    });
  });
}

/** Looking at one session throws, so that no sweep succeeds while it is there. */
function poisonSweep(stage: Stage): void {
  const { world, random } = stage;
  const socket = drawSocket(stage);
  if (socket === undefined) return;
  socket.throwing.add('transport');
  world.ask(() => {
    stage.promises += 1;
    void stage.layer.reapAll().then(() => {
      stage.promises -= 1;
    });
  });
  world.in(random.waitMs(60_000), () => socket.throwing.delete('transport'));
}

function moveWallClock({ random, clock }: Stage): void {
  clock.moveWallClock(random.between(-3_600_000, 3_600_000));
}

/** The engine knows that a connection is closed and has told nobody (FM-16); it may tell later. */
function loseSocket(stage: Stage): void {
  const { random, world, clientOf } = stage;
  const socket = drawSocket(stage);
  const client = socket === undefined ? undefined : clientOf.get(socket);
  if (socket === undefined || client === undefined) return;
  stage.note(() => `the engine loses ${client.name}`);
  socket.loseSilently();
  client.isOver = true;
  if (random.chance(0.5)) world.in(random.waitMs(20_000), () => world.ask(() => socket.tellGone()));
}

function dropWrites(stage: Stage): void {
  const socket = drawSocket(stage);
  if (socket !== undefined) socket.dropsLeft = stage.random.between(1, 3);
}
