import type { Server } from 'node:http';
import {
  type OpenRequest,
  type Session,
  type SessionHooks,
  SessionLayer,
  type SessionOptions,
} from 'holdfast';
import { acceptUpgrades } from 'holdfast/ws';
import type { Engine } from './duties.ts';

/** A session layer over `ws`; a message is answered with an event to its user. */
export function holdfastServer(server: Server, options: SessionOptions): Engine {
  return over(server, options, (layer) => ({
    onMessage: (session: Session, { data }) => {
      layer.publish(session.userId, { event: 'echo', data });
    },
  }));
}

/** The same; a message is only taken, and answered by the `accepted` of the protocol. */
export function acceptingServer(server: Server, options: SessionOptions): Engine {
  return over(server, options, () => ({ onMessage: () => {} }));
}

function over(
  server: Server,
  options: SessionOptions,
  hooksFor: (layer: SessionLayer) => SessionHooks,
): Engine {
  const hooks: SessionHooks = {
    onMessage: (session, message) => made.onMessage?.(session, message),
  };
  const layer = new SessionLayer({ messageRate: 1_000_000, ...options }, { hooks });
  const made = hooksFor(layer);
  acceptUpgrades(server, {
    layer,
    decide: ({ url = '' }) => ({ kind: 'open', request: requestOf(url) }),
  });
  return {
    get connections() {
      return layer.counts().sessions;
    },
    fanOut: async (payload) => {
      await layer.broadcast({ event: 'news', data: payload });
    },
    publish: ({ prefix, users, events, data }) => {
      for (let user = 0; user < users; user += 1) {
        for (let event = 0; event < events; event += 1) {
          layer.publish(`${prefix}${user}`, { event: 'news', data });
        }
      }
    },
  };
}

/** `/?user=…`, and what a client brings back behind it; taken apart in a way that weighs nothing beside a connect. */
function requestOf(url: string): OpenRequest {
  const fields = url.split('&').map((field) => field.slice(field.indexOf('=') + 1));
  const [userId = '', ticket, epoch = '', offset] = fields;
  if (ticket === undefined) return { userId };
  return { userId, resume: { ticket, epoch, offset: Number(offset) } };
}
