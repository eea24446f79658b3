import type { Guest } from './guest.ts';
import { ClusterHost } from './cluster-host.ts';
import type { ClusterProcess } from './cluster-process.ts';
import type { ClusterFaultKind } from './cluster-scenario.ts';
import { type ClusterStage, openHosts } from './cluster-stage.ts';
import type { Cut, Wiring } from './store-link.ts';

/** What fails, of each kind; most failures end by themselves. */
export const clusterFaults: Readonly<Record<ClusterFaultKind, (stage: ClusterStage) => void>> = {
  'store-frozen': (stage) => {
    const { machine, world, random } = stage;
    const ms = random.chance(0.5) ? random.between(200, 1_500) : random.between(1_000, 15_000);
    machine.freeze();
    world.in(ms, () => machine.thaw(random));
  },
  'store-slow': (stage) => {
    const slownessMs = stage.random.oneOf([100, 100, 300]);
    for (const { link } of stage.hosts) link.slownessMs = slownessMs;
    stage.world.in(stage.random.between(1_000, 15_000), () => {
      for (const { link } of stage.hosts) link.slownessMs = 0;
    });
  },
  'store-refusing': (stage) => {
    const kinds = ['read-only', 'out-of-memory', 'loading', 'busy'] as const;
    stage.machine.refusal = stage.random.oneOf([...kinds]);
    stage.world.in(stage.random.between(200, 8_000), () => {
      stage.machine.refusal = null;
    });
  },
  'store-wiped': (stage) => {
    stage.machine.wipe(stage.world.now);
  },
  'store-failover': failOver,
  'link-held': (stage) => {
    withHost(stage, ({ link }) => {
      const wiring = stage.random.oneOf<Wiring>(['acts', 'messages']);
      link.hold(wiring, stage.random.oneOf(['up', 'down', 'both']));
      stage.world.in(stage.random.between(100, 9_000), () => {
        if (stage.random.chance(0.5) && !stage.isQuiet) link.cut(wiring, drawCut(stage));
        else link.release(wiring);
      });
    });
  },
  'link-cut': (stage) => {
    withHost(stage, ({ link }) => {
      const both = stage.random.chance(0.5);
      const wirings: readonly Wiring[] = both
        ? ['acts', 'messages']
        : [stage.random.oneOf<Wiring>(['acts', 'messages'])];
      const cut = drawCut(stage);
      for (const wiring of wirings) link.cut(wiring, cut);
    });
  },
  'node-frozen': (stage) => {
    withHost(stage, (host) => {
      host.freeze();
      leaveIn(stage, host, [1_000, 20_000]);
      stage.world.in(stage.random.between(1_000, 20_000), () => host.thaw());
    });
  },
  'node-killed': (stage) => {
    withHost(stage, (host) => {
      const isHalfOpen = stage.random.chance(0.4);
      leaveIn(stage, host, isHalfOpen ? [1_000, 15_000] : [0, 1_000]);
      host.kill(isHalfOpen);
      replace(stage, host);
    });
  },
  'node-drained': (stage) => {
    if (openHosts(stage).length < 2) return;
    withHost(stage, (host) => {
      host.ask((node) => {
        host.state = 'draining';
        const withinMs = stage.random.oneOf([0, 1_000, 4_000]);
        node.drain({ withinMs }).then(
          () => stage.world.in(100, () => host.end()),
          () => stage.world.in(100, () => host.end()),
        );
      });
      replace(stage, host);
    });
  },
};

/** Everything works again, and whoever stood still goes on. */
export function healAll(stage: ClusterStage): void {
  const { machine, hosts, random } = stage;
  machine.refusal = null;
  machine.thaw(random);
  for (const host of hosts) {
    host.link.slownessMs = 0;
    host.link.release('acts');
    host.link.release('messages');
    host.thaw();
  }
}

function withHost(stage: ClusterStage, run: (host: ClusterProcess) => void): void {
  const host = stage.random.pick(openHosts(stage));
  if (host !== undefined) run(host);
}

function drawCut({ random }: ClusterStage): Cut {
  return {
    noticedInMs: random.oneOf([0, 0, random.between(10, 3_000)]),
    awayMs: random.chance(0.5) ? random.between(5, 300) : random.between(100, 5_000),
    arrives: random.chance(0.5),
  };
}

/** A replica takes over that has not got the last writes; every connection breaks. */
function failOver(stage: ClusterStage): void {
  const { machine, world, random, hosts } = stage;
  if (machine.isFailingOver) return;
  machine.isFailingOver = true;
  const snapshot = machine.server.snapshot();
  const order = stage.placedCount;
  world.in(random.between(0, 2_500), () => {
    machine.isFailingOver = false;
    machine.rollBack(snapshot, world.now);
    for (const { records } of stage.users) records.lose(order);
    for (const { link } of hosts)
      for (const wiring of ['acts', 'messages'] as const)
        link.cut(wiring, { ...drawCut(stage), arrives: false });
    stage.note(() => `the store fails over`);
  });
}

/** Its clients notice some time that nothing comes from there any more, and go elsewhere. */
function leaveIn(
  stage: ClusterStage,
  host: ClusterProcess,
  [least, most]: readonly [number, number],
): void {
  const there: Guest[] = stage.users
    .flatMap(({ clients }) => clients)
    .filter(({ wire }) => wire?.host === host);
  for (const client of there) {
    const { wire } = client;
    if (stage.random.chance(0.3) && host.isFrozen) continue;
    stage.world.in(stage.random.between(least, most), () => {
      const isSilent = host.isFrozen || host.state === 'gone';
      if (client.wire === wire && isSilent && client.state !== 'over') client.moveOn();
    });
  }
}

/** Another process takes its place. */
function replace(stage: ClusterStage, host: ClusterProcess): void {
  stage.world.in(stage.random.between(100, 4_000), () => addHost(stage));
  stage.world.in(120_000, () => {
    const place = stage.hosts.indexOf(host);
    if (place >= 0 && host.state === 'gone') stage.hosts.splice(place, 1);
  });
}

/** One more process. */
export function addHost(stage: ClusterStage): void {
  stage.hostCount += 1;
  stage.hosts.push(new ClusterHost(stage, `node${stage.hostCount}`));
}
