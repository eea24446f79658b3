import { describe, expect, test } from 'vitest';
import { mostIds } from '../../src/sessions/message-ids.ts';
import type { ClientMessage } from '../../src/sessions/hooks.ts';
import { framesOn, House, settled } from '../sessions/house.ts';
import { memoryOf } from './client.ts';

/** An application that takes messages, at once or when told to. */
class Application {
  readonly taken: unknown[] = [];
  isSlow = false;
  isFailing = false;
  readonly #open: (() => void)[] = [];

  readonly message = (_session: unknown, { data }: ClientMessage): Promise<void> | undefined => {
    if (this.isFailing) throw new Error('as asked');
    this.taken.push(data);
    if (!this.isSlow) return undefined;
    return new Promise((resolve) => void this.#open.push(resolve));
  };

  async finish(): Promise<void> {
    for (const resolve of this.#open.splice(0)) resolve();
    await settled();
  }
}

function open(options: ConstructorParameters<typeof House>[0] = {}): {
  house: House;
  application: Application;
} {
  const application = new Application();
  const house = new House(options, { hooks: { onMessage: application.message } });
  return { house, application };
}

const message = { type: 'message', data: 'once', id: 'm1' };

describe('a message with an id', () => {
  test('D10 sent again is taken once and answered again, also on the connection that comes after', () => {
    const { house, application } = open();
    const first = house.connect('u');
    first.socket.say(message);
    first.socket.say(message);
    const memory = memoryOf(first.socket);
    first.socket.leave();
    const second = house.connect('u', { resume: memory });
    second.socket.say(message);
    expect(application.taken).toEqual(['once']);
    const answered = [first, second].map(({ socket }) => framesOn(socket, 'accepted').length);
    expect(answered).toEqual([2, 1]);
  });

  test('D10 sent again before the answer is answered once it is known', async () => {
    const { house, application } = open();
    application.isSlow = true;
    const first = house.connect('u');
    first.socket.say(message);
    const second = house.connect('u', { resume: memoryOf(first.socket) });
    second.socket.say(message);
    second.socket.say(message);
    expect(framesOn(second.socket, 'accepted')).toEqual([]);
    await application.finish();
    expect(framesOn(second.socket, 'accepted')).toEqual([{ type: 'accepted', id: 'm1' }]);
    expect(application.taken).toEqual(['once']);
  });

  test('D10 that was not taken may be sent again', () => {
    const { house, application } = open();
    const { socket } = house.connect('u');
    application.isFailing = true;
    socket.say(message);
    application.isFailing = false;
    socket.say(message);
    expect(application.taken).toEqual(['once']);
    expect(socket.frames.map(({ type }) => type).slice(1)).toEqual(['error', 'accepted']);
  });

  test('I8 is one of its user: others have ids of their own', () => {
    const { house, application } = open();
    for (const user of ['u', 'v']) house.connect(user).socket.say(message);
    expect(application.taken).toEqual(['once', 'once']);
  });

  test('I12 is known among the last of its user', () => {
    const { house, application } = open({ messageRate: 1_000 });
    const { socket } = house.connect('u');
    for (let number = 0; number <= mostIds; number += 1)
      socket.say({ type: 'message', data: number, id: `m${number}` });
    socket.say({ type: 'message', data: 'known', id: 'm1' });
    socket.say({ type: 'message', data: 'forgotten', id: 'm0' });
    expect(application.taken.slice(mostIds)).toEqual([mostIds, 'forgotten']);
  });

  test('I5 is forgotten when its user has been away for two resume windows, and not before one', () => {
    const { house, application } = open({ resumeWindowMs: 60_000 });
    const first = house.connect('u');
    first.socket.say(message);
    house.clock.advance(350_000);
    first.socket.leave();
    house.clock.advance(59_000);
    const second = house.connect('u');
    second.socket.say(message);
    expect(application.taken).toEqual(['once']);
    second.socket.leave();
    house.clock.advance(200_000);
    house.connect('u').socket.say(message);
    expect(application.taken).toEqual(['once', 'once']);
  });
});
