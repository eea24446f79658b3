import type { Act } from './act.ts';
import { dial } from './arrive.ts';
import type { SimulatedClient } from './simulated-client.ts';
import { drawUser, type Stage } from './stage.ts';
import { refresh } from './token-acts.ts';

/** What clients do. */
export const clientActs: readonly Act[] = [
  { name: 'dial', weight: 30, run: dialOne },
  { name: 'dial together', weight: 2, run: dialTogether },
  { name: 'storm', weight: 0.4, run: storm },
  { name: 'talk', weight: 20, run: (stage) => withClient(stage, (client) => talk(stage, client)) },
  { name: 'acknowledge', weight: 10, run: (stage) => withClient(stage, acknowledge) },
  {
    name: 'refresh',
    weight: 5,
    run: (stage) => withClient(stage, (client) => refresh(stage, client)),
  },
  {
    name: 'misbehave',
    weight: 1,
    run: (stage) => withClient(stage, (client) => misbehave(stage, client)),
  },
  {
    name: 'depart',
    weight: 10,
    run: (stage) => withClient(stage, (client) => depart(stage, client)),
  },
  {
    name: 'freeze',
    weight: 4,
    run: (stage) => withClient(stage, (client) => suspend(stage, client)),
  },
  {
    name: 'cut',
    weight: 4,
    run: (stage) => withClient(stage, (client) => interrupt(stage, client)),
  },
  {
    name: 'vanish',
    weight: 4,
    run: (stage) => withClient(stage, (client) => vanish(stage, client)),
  },
  { name: 'all vanish', weight: 0.5, run: vanishTogether },
];

/** A client that is connected and free to act. */
function withClient(stage: Stage, act: (client: SimulatedClient) => void): void {
  const user = drawUser(stage);
  const client = stage.random.pick(
    user?.clients.filter((one) => !one.isOver && !one.isHindered) ?? [],
  );
  if (client === undefined) return;
  act(client);
}

function dialOne(stage: Stage): void {
  const user = drawUser(stage);
  if (user === undefined) return;
  for (let place = user.clients.length - 1; place >= 0; place -= 1) {
    if (user.clients[place]?.isOver === true) user.clients.splice(place, 1);
  }
  const wanted = user.limitFor(undefined, stage.settings.maxSessionsPerUser) + stage.scenario.crowd;
  const present = user.clients.filter(({ isVanished }) => !isVanished).length;
  if (present < wanted || stage.random.chance(0.1)) dial(stage, user);
}

function dialTogether(stage: Stage): void {
  const user = drawUser(stage);
  if (user === undefined) return;
  const many = stage.random.between(
    2,
    user.limitFor(undefined, stage.settings.maxSessionsPerUser) + 2,
  );
  for (let count = 0; count < many; count += 1) dial(stage, user);
}

/** After an outage of a network everybody dials, for a second or two, some every few milliseconds. */
function storm(stage: Stage): void {
  const { world, random, users, note } = stage;
  note(() => 'everybody dials');
  const everyMs = random.between(5, 40);
  for (let atMs = 0; atMs < 1_500; atMs += everyMs) {
    world.in(atMs, () => {
      const user = random.pick(users);
      if (user !== undefined) dial(stage, user);
    });
  }
}

function talk({ random }: Stage, client: SimulatedClient): void {
  const draw = random.next();
  if (draw < 0.3) client.ping();
  else if (draw < 0.5) client.say('{"type":"ping"}');
  else if (draw < 0.95)
    client.say(`{"type":"message","data":${random.between(0, 9)},"id":"m${random.between(0, 9)}"}`);
  else client.say('{"type":"something"}');
}

function acknowledge(client: SimulatedClient): void {
  client.acknowledge();
}

function misbehave({ random, settings }: Stage, client: SimulatedClient): void {
  const draw = random.next();
  if (draw < 0.3) client.say('{"type":"ack","offset":9007199254740991}', true);
  else if (draw < 0.6) client.say('no frame at all', true);
  else if (draw < 0.8) client.sendInvalid(random.pick([1002, 1009]) ?? 1002);
  else {
    client.socket.record.provocations.add('flood');
    for (let count = 0; count < settings.messageRate * 2; count += 1) client.say('{"type":"ping"}');
  }
}

function depart({ random, note }: Stage, client: SimulatedClient): void {
  const way = random.between(0, 3);
  note(() => `${client.name} departs, way ${way}`);
  if (way === 0) client.leave(false);
  else if (way === 1) client.leave(true);
  else if (way === 2) client.fin();
  else client.reset();
}

function suspend({ random, world, note }: Stage, client: SimulatedClient): void {
  const forMs = random.waitMs(8_000);
  note(() => `${client.name} freezes for ${forMs} ms`);
  client.freeze();
  world.in(forMs, () => client.thaw());
}

function interrupt({ random, world, note }: Stage, client: SimulatedClient): void {
  const forMs = random.waitMs(6_000);
  const direction = random.chance(0.5) ? 'up' : 'down';
  note(() => `${client.name} is cut ${direction} for ${forMs} ms`);
  client.cut(direction);
  world.in(forMs, () => client.heal());
}

function vanish({ note }: Stage, client: SimulatedClient): void {
  note(() => `${client.name} vanishes`);
  client.vanish();
}

/** A tram goes into a tunnel: the user's clients are gone, and their owner dials anew on another network. */
function vanishTogether(stage: Stage): void {
  const user = drawUser(stage);
  if (user === undefined) return;
  stage.note(() => `all clients of ${user.id} vanish`);
  let many = 0;
  for (const client of user.clients) {
    if (client.isOver || client.isVanished) continue;
    client.vanish();
    many += 1;
  }
  stage.world.in(stage.random.waitMs(5_000), () => {
    for (let count = 0; count < many; count += 1) dial(stage, user);
  });
}
