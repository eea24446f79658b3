import { maskedFrame, opcodes, type RawPeer } from 'holdfast/testing';
import { demandCount } from './counts.ts';
import type { Scenario } from './scenario.ts';
import type { Stage } from './stage.ts';

/** Well below what any ping takes to find out, so that only the end itself can have freed the slot. */
const atOnceMs = 3_000;
const cause = 'Slots are not given back when a client leaves.';

interface Ending {
  readonly what: string;
  readonly leave: (peer: RawPeer) => void;
}

const endings: readonly Ending[] = [
  { what: 'a close frame, TCP left open', leave: (peer) => peer.sendClose(1000) },
  { what: 'a FIN without a close frame', leave: (peer) => peer.finish() },
  { what: 'a RST', leave: (peer) => peer.reset() },
  {
    what: 'a RST in the middle of a frame',
    leave: (peer) => {
      peer.socket.write(maskedFrame(opcodes.text, Buffer.from('{"type":"ping"}')).subarray(0, 7));
      peer.reset();
    },
  },
  { what: 'a close frame and a RST', leave: (peer) => (peer.sendClose(1001), peer.reset()) },
];

const ofAnyKind: Scenario = {
  name: 'limits/an-end-of-any-kind-frees-the-slot',
  category: 'limits',
  claim: 'A close frame, a FIN or a RST frees the slot by itself, whether or not the rest follows.',
  covers: ['I3', 'FM-01', 'FM-05', 'C5'],
  async run(stage) {
    for (const { what, leave } of endings) {
      const user = stage.user(what.replaceAll(' ', '-'));
      const peers = await fillByHand(stage, user);
      await demandCount(stage, user, {
        count: stage.settings.limit,
        withinMs: atOnceMs,
        cause: 'The count drifts from the clients that are connected.',
      });
      stage.fault(`${peers.length} clients leave with ${what}`);
      for (const peer of peers) leave(peer);
      await demandCount(stage, user, { count: 0, withinMs: atOnceMs, cause });
      await stage.mustFill(user, stage.settings.limit);
    }
  },
};

const killed: Scenario = {
  name: 'limits/a-killed-client-frees-its-slots',
  category: 'limits',
  claim: 'A client process that is killed gives all its slots back at once.',
  covers: ['I3', 'FM-01'],
  async run(stage) {
    const { limit } = stage.settings;
    const user = stage.user('killed');
    const clients = await stage.startClients();
    await clients.open(Array.from({ length: limit }, () => ({ user })));
    clients.kill();
    stage.fault('the process of the clients was killed');
    await demandCount(stage, user, { count: 0, withinMs: atOnceMs, cause });
    await stage.mustFill(user, limit);
  },
};

async function fillByHand(stage: Stage, user: string): Promise<readonly RawPeer[]> {
  const entrance = stage.entranceFor({ user });
  const peers: RawPeer[] = [];
  while (peers.length < stage.settings.limit) {
    const peer = await stage.knock(entrance);
    await peer.until(() => peer.texts.length > 0 || peer.closeFrame !== null || peer.isClosed);
    peers.push(peer);
  }
  return peers;
}

/** Every way in which a connection ends frees its slot. */
export const freed: readonly Scenario[] = [ofAnyKind, killed];
