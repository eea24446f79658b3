import { randomBytes } from 'node:crypto';
import type {
  Actor,
  AdmitAct,
  AdmitAnswer,
  AppendAct,
  AppendAnswer,
  AssertAct,
  AssertAnswer,
  ConfirmAct,
  DeliveredAct,
  ReadAct,
  ReadAnswer,
  RecordHead,
  ReleaseAct,
  ReserveAct,
  RestartAct,
  UserState,
} from '../../sessions/store/acts.ts';
import type { ClaimAct, ClaimAnswer, SettleAct } from '../../sessions/store/message-acts.ts';
import {
  type ClusterStore,
  generationsBeganAt,
  generationSeconds,
  type NodeCard,
  type RenewAnswer,
  type RevocationOrder,
  type Roster,
  type StoreListener,
  type SweepSlice,
} from '../../sessions/store/cluster-store.ts';
import {
  admitAnswerOf,
  appendAnswerOf,
  assertAnswerOf,
  headOf,
  limitText,
  linesOf,
  readAnswerOf,
  stateOf,
} from './answers.ts';
import { Commands } from './commands.ts';
import { Keys, type UserKeys } from './keys.ts';
import { packedField, packedLine } from './packed-text.ts';
import type { RedisSettings } from './redis-options.ts';
import { revocationsOf, revocationTexts } from './revocation-texts.ts';
import { cardText, rosterOf } from './roster-texts.ts';
import { loadScripts, type Script, type Scripts } from './scripts.ts';
import { Subscription } from './subscription.ts';
import { Sweep } from './sweep.ts';

type Argument = string | number;

let scripts: Scripts | undefined;

/** A store in Redis 7 or later: one server, a Redis Cluster, or a master behind Sentinels. Made by `connectRedis`. */
export class RedisStore implements ClusterStore {
  readonly #settings: RedisSettings;
  readonly #commands: Commands;
  readonly #subscription: Subscription;
  readonly #keys: Keys;
  readonly #scripts: Scripts;
  readonly #sweep: Sweep;

  constructor(settings: RedisSettings) {
    scripts ??= loadScripts();
    this.#settings = settings;
    this.#scripts = scripts;
    this.#keys = new Keys(settings.prefix);
    this.#commands = new Commands(settings);
    this.#subscription = new Subscription(settings, this.#commands);
    this.#sweep = new Sweep(this.#commands, this.#keys, scripts.sweep);
  }

  /**
   * What is wrong with the server as it is set up: an eviction policy that may drop rows, a version that is too old, a replica.
   * Each says what to do. As found when it was last connected, or a few seconds before somebody asked last.
   */
  warnings(): readonly string[] {
    return this.#commands.warnings;
  }

  async join(card: NodeCard): Promise<Roster & { readonly generation: number }> {
    const answer = await this.#onRoster(this.#scripts.join, [
      generationsBeganAt,
      generationSeconds,
      this.#settings.leaseMs,
      cardText(card),
      drawKey(),
    ]);
    const [generation, ...lines] = linesOf(answer);
    return { generation: Number(generation), ...rosterOf(lines) };
  }

  async takeGeneration(): Promise<number> {
    const args = [generationsBeganAt, generationSeconds];
    return Number(await this.#onRoster(this.#scripts.takeGeneration, args));
  }

  async renew(node: number, card: NodeCard): Promise<RenewAnswer> {
    const args = [node, this.#settings.leaseMs, cardText(card), drawKey()];
    const answer = await this.#onRoster(this.#scripts.renew, args);
    return answer === ''
      ? { outcome: 'lost' }
      : { outcome: 'renewed', ...rosterOf(linesOf(answer)) };
  }

  async leave(node: number): Promise<void> {
    await this.#onRoster(this.#scripts.leave, [node]);
  }

  async forget(node: number): Promise<void> {
    await this.#onRoster(this.#scripts.forget, [node]);
  }

  async admit(act: AdmitAct): Promise<AdmitAnswer> {
    return admitAnswerOf(
      await this.#onUser(this.#scripts.admit, act, [
        act.session,
        fieldText(act.device),
        act.ticket?.lineage ?? '',
        act.ticket?.predecessor ?? '',
        limitText(act.limit),
        act.taken ?? '',
        act.evictEveryMs ?? '',
        act.isWaiting ? '1' : '',
        packedLine(act.epoch),
        act.terms.keepMs,
      ]),
    );
  }

  async release(act: ReleaseAct): Promise<boolean> {
    const args = [act.session, act.isRevoked ? '1' : '', act.keepMs];
    return (await this.#onUser(this.#scripts.release, act, args)) === 1;
  }

  async reserve(act: ReserveAct): Promise<boolean> {
    const args = [act.session, act.forMs, act.keepMs];
    return (await this.#onUser(this.#scripts.reserve, act, args)) === 1;
  }

  async confirm({ user, session }: ConfirmAct): Promise<void> {
    await this.#commands.run(this.#scripts.confirm, [this.#keys.of(user).record], [session]);
  }

  async assertRows(act: AssertAct): Promise<AssertAnswer> {
    const rows = act.rows.flatMap(({ session, lineage, predecessor, openedAtMs, device }) => [
      session,
      lineage,
      predecessor,
      openedAtMs,
      fieldText(device),
    ]);
    const answer = await this.#onUser(this.#scripts.assertRows, act, [
      act.isForced ? 'forced' : limitText(act.limit),
      packedLine(act.epoch),
      act.terms.keepMs,
      act.coming.join(','),
      ...rows,
    ]);
    return assertAnswerOf(answer, act);
  }

  async append(act: AppendAct): Promise<AppendAnswer> {
    const { entry, tracked, terms } = act;
    const eventId = lineText(entry.eventId);
    const tracking = tracked === null ? '\n' : `${act.node}\n${packedLine(tracked.event)}`;
    return appendAnswerOf(
      await this.#onUser(this.#scripts.append, act, [
        eventId,
        `${entry.onlyFor ?? ''}\n${eventId}\n${tracking}\n`,
        tracked?.ttlMs ?? '',
        entry.body,
        act.broadcast ?? '',
        packedLine(act.epoch),
        terms.keepMs,
        terms.events,
        terms.bytes,
      ]),
    );
  }

  async delivered({ user, position }: DeliveredAct): Promise<void> {
    const args = [packedLine(position.epoch), position.offset];
    await this.#commands.run(this.#scripts.delivered, [this.#keys.of(user).record], args);
  }

  async read({ user, after, most }: ReadAct): Promise<ReadAnswer> {
    const { record, log } = this.#keys.of(user);
    return readAnswerOf(await this.#commands.run(this.#scripts.read, [record, log], [after, most]));
  }

  async restart(act: RestartAct): Promise<RecordHead> {
    const args = [packedLine(act.lost), packedLine(act.epoch), act.terms.keepMs];
    return headOf(linesOf(await this.#onUser(this.#scripts.restart, act, args)), 0);
  }

  async stateOf(user: string, actor: Actor): Promise<UserState> {
    return stateOf(await this.#onUser(this.#scripts.state, { ...actor, user }, []));
  }

  async setLimit(user: string, limit: number | null): Promise<void> {
    const keys = this.#keys.of(user);
    const args = [keys.user, limit === null ? '' : limitText(limit), keys.tag];
    await this.#commands.run(this.#scripts.setLimit, [keys.record, keys.limits], args);
  }

  async claimMessage({ node, live, user, id, keepMs }: ClaimAct): Promise<ClaimAnswer> {
    const { messageIds } = this.#keys.of(user);
    const generations = `,${live.generations.join(',')},`;
    const args = [node, live.upTo, generations, packedLine(id), keepMs];
    const answer = await this.#commands.run(this.#scripts.claimMessage, [messageIds], args);
    return answer as ClaimAnswer;
  }

  async settleMessage({ node, user, id, fate }: SettleAct): Promise<void> {
    const { messageIds } = this.#keys.of(user);
    const args = [node, packedLine(id), fate];
    await this.#commands.run(this.#scripts.settleMessage, [messageIds], args);
  }

  nextBroadcast(): Promise<number> {
    return this.#commands.ask((client) => client.incr(this.#keys.broadcasts));
  }

  async revoke(order: RevocationOrder): Promise<void> {
    const { revocations } = this.#keys;
    await this.#commands.run(this.#scripts.revoke, [revocations], revocationTexts(order));
  }

  async revocations(): Promise<readonly RevocationOrder[]> {
    const { revocations } = this.#keys;
    return revocationsOf(await this.#commands.run(this.#scripts.revocations, [revocations], []));
  }

  sweep(node: number, actor: Actor, cursor: string): Promise<SweepSlice> {
    return this.#sweep.slice(node, actor, cursor);
  }

  async post(to: number, from: number, text: string): Promise<boolean> {
    const channel = this.#keys.post(to);
    const hearers = await this.#commands.ask((client) =>
      client.spublish(channel, `posted\n${from}\n${text}`),
    );
    return Number(hearers) > 0;
  }

  listen(node: number, listener: StoreListener): Promise<void> {
    return this.#subscription.listen(this.#keys.channels(node), listener);
  }

  close(): Promise<void> {
    this.#subscription.close();
    return this.#commands.close();
  }

  #onRoster(script: Script, args: readonly Argument[]): Promise<unknown> {
    return this.#commands.run(script, this.#keys.roster, args);
  }

  #onUser(
    script: Script,
    act: Actor & { readonly user: string },
    args: readonly Argument[],
  ): Promise<unknown> {
    const keys: UserKeys = this.#keys.of(act.user);
    const held = this.#keys.held(keys.tag, act.node);
    return this.#commands.run(
      script,
      [keys.record, keys.log, keys.eventIds, held, keys.limits],
      [
        act.node,
        act.live.upTo,
        `,${act.live.generations.join(',')},`,
        act.broadcasts,
        keys.user,
        keys.tag,
        ...args,
      ],
    );
  }
}

function lineText(text: string | null): string {
  return text === null ? '' : packedLine(text);
}

function fieldText(text: string | null): string {
  return text === null ? '' : packedField(text);
}

function drawKey(): string {
  return randomBytes(32).toString('hex');
}
