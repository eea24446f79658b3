import { describe, expect, test } from 'vitest';
import { type Made, seeded, Workshop } from './workshop.ts';

/** What the numbers have to be, kept by hand beside a factory with a limit of three. */
class Model {
  readonly shop: Workshop = new Workshop({ maxManagersPerUser: 3 });
  readonly #users: Map<string, Made[]> = new Map();
  readonly wrong: unknown[] = [];
  created = 0;
  #cleaned = 0;
  #peak = 0;

  async step(random: () => number): Promise<void> {
    const userId = `u${Math.floor(random() * 6)}`;
    const mine = this.#users.get(userId) ?? [];
    this.#users.set(userId, mine);
    const dice = random();
    if (dice < 0.5 && mine.length < 3) {
      mine.push(await this.shop.make(userId));
      this.created += 1;
    } else if (dice < 0.85) await this.#end(mine, random);
    else if (dice < 0.9) {
      const closed = await this.shop.factory.forceCleanupUserManagers(userId);
      if (closed !== mine.splice(0).length) this.wrong.push('closed another number than there was');
      this.#cleaned += closed;
    } else this.shop.clock.advance(20);
  }

  compare(): void {
    const counts = [...this.#users.values()].map(({ length }) => length);
    const total = counts.reduce((sum, count) => sum + count, 0);
    this.#peak = Math.max(this.#peak, total);
    const full = counts.filter((count) => count === 3).length;
    const recount = [total, this.created, this.#cleaned, this.#peak, full];
    const stats = this.shop.factory.getFactoryStats();
    const told = [
      stats.managers_active,
      stats.managers_created,
      stats.managers_cleaned_up,
      stats.max_concurrent_managers,
      stats.users_at_manager_limit,
    ];
    if (told.some((number, place) => number !== recount[place])) this.wrong.push({ told, recount });
  }

  async #end(mine: Made[], random: () => number): Promise<void> {
    const [chosen] = mine.splice(Math.floor(random() * mine.length), 1);
    if (chosen === undefined) return;
    if (random() < 0.5) {
      chosen.socket.leave();
      return;
    }
    if (!(await this.shop.factory.cleanupManager(chosen.manager.id))) this.wrong.push('not ended');
    if (chosen.manager.close()) this.wrong.push('ended twice');
    this.#cleaned += 1;
  }
}

describe('the numbers of a factory', () => {
  test('FM-67 counts every hit and every pass, and calls successful what freed a slot', async () => {
    const shop = new Workshop({ maxManagersPerUser: 2 });
    for (let user = 0; user < 100; user += 1) {
      const made = await shop.fill(`u${user}`, 2);
      if (user < 97) made[0]!.socket.isFrozen = true;
    }
    shop.clock.advance(6_500);
    const answers = [];
    for (let user = 0; user < 100; user += 1) answers.push(await shop.ask({ userId: `u${user}` }));
    expect(answers.filter((answer) => answer instanceof Error)).toHaveLength(3);
    expect(shop.factory.getFactoryStats()).toMatchObject({
      emergency_cleanup_triggers: 100,
      successful_emergency_cleanups: 97,
      failed_emergency_cleanups: 0,
      resource_limit_hits: 100,
    });
  });

  test('FM-67 calls a pass successful, too, whose newcomer had to wait for the proof', async () => {
    const shop = new Workshop();
    for (const { socket } of await shop.fill('u', 5)) socket.isFrozen = true;
    shop.clock.advance(3_000);
    expect(await shop.ask({ userId: 'u' })).toMatchObject({ userId: 'u', state: 'opening' });
    expect(shop.told('pressureReaped')).toMatchObject([{ examined: 5, found: 5, freed: 5 }]);
    expect(shop.factory.getFactoryStats()).toMatchObject({
      emergency_cleanup_triggers: 1,
      successful_emergency_cleanups: 1,
      failed_emergency_cleanups: 0,
      managers_active: 1,
    });
  });

  test('FM-68 FM-69 recounts total, age, average and peak at the moment of asking', async () => {
    const shop = new Workshop();
    await shop.make('u0');
    shop.clock.advance(18_000_000);
    const nine: Made[] = [];
    for (let number = 0; number < 9; number += 1)
      nine.push(await shop.make(`u${1 + (number % 4)}`));
    nine[0]!.socket.leave();
    shop.clock.advance(1_000);
    expect(shop.factory.getFactoryStats()).toMatchObject({
      managers_active: 9,
      managers_created: 10,
      oldest_manager_age_ms: 18_001_000,
      average_managers_per_user: 1.8,
      max_concurrent_managers: 10,
    });
  });

  test('FM-68 FM-69 FM-15 agrees with a recount at every step of a long random run', async () => {
    const seed = 20_251_122;
    const random = seeded(seed);
    const model = new Model();
    for (let step = 0; step < 100_000 && model.wrong.length === 0; step += 1) {
      await model.step(random);
      model.compare();
    }
    expect(model.wrong, `seed ${seed}`).toEqual([]);
    expect(model.created).toBeGreaterThan(10_000);
  });

  test('FM-72 changes nothing by being read', async () => {
    const shop = new Workshop();
    for (let user = 0; user < 50; user += 1) await shop.fill(`u${user}`, 5);
    const before = shop.factory.getFactoryStats();
    for (let scrape = 0; scrape < 1_000; scrape += 1) {
      expect(shop.factory.getFactoryStats().managers_active).toBe(250);
      shop.factory.getHealthStatus();
    }
    expect(shop.factory.getFactoryStats()).toEqual(before);
    expect(before).toMatchObject({ managers_created: 250, users_at_manager_limit: 50 });
  });

  test('FM-71 is well with 250 managers, and degraded without its sweep', async () => {
    const shop = new Workshop();
    for (let user = 0; user < 50; user += 1) await shop.fill(`u${user}`, 5);
    expect(shop.factory.getHealthStatus()).toMatchObject({ status: 'ok', faults: [] });
    shop.clock.loseTimers();
    shop.clock.stall(36_000);
    expect(shop.factory.getHealthStatus()).toMatchObject({
      status: 'degraded',
      cleanup: { running: false },
    });
    shop.clock.advance(31_000);
    expect(shop.factory.getFactoryStats().background_cleanup_task_started).toBe(true);
  });
});
