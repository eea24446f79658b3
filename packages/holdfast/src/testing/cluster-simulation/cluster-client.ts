import type { OpenOutcome } from '../../sessions/open-request.ts';
import { checkRead, checkReady } from './check-read.ts';
import { checkWritten } from './check-written.ts';
import type { ClusterProcess } from './cluster-process.ts';
import { type ClusterStage, drawHost } from './cluster-stage.ts';
import { type Guest, GuestRecord, type Place, type ReadFrame } from './guest.ts';
import { type Dial, Wire, type WireClient } from './wire.ts';

/** How long an act of a newcomer may still be under way after it was answered, milliseconds. */
const lateActMs = 30_000;
const redialMs = [100, 1_500] as const;
/** At most one ack in so long, milliseconds, as the client of this library does: an ack counts against the message rate. */
const ackEveryMs = 250;
/** Codes after which a client does not come back by itself. */
const finalCodes: ReadonlySet<number> = new Set([1000, 4409, 4499, 4401, 4400]);

/** A client of a user, which comes back with its ticket and its place until it is told not to. */
export class ClusterClient extends GuestRecord implements Guest, WireClient {
  readonly #stage: ClusterStage;
  #turn = 0;
  #ackedAt = Number.NEGATIVE_INFINITY;

  constructor(stage: ClusterStage, user: string, name: string) {
    super(user, name, stage.random.chance(0.5));
    this.#stage = stage;
  }

  /** Dials a node, with what it remembers. */
  dial(host: ClusterProcess): void {
    const { world, random } = this.#stage;
    const wire = new Wire(world, host, { client: this, kin: this.dials });
    this.wire = wire;
    this.state = 'dialling';
    this.#turn += 1;
    const turn = this.#turn;
    this.#stage.note(
      () => `${this.name} dials ${host.name} from ${this.place?.offset ?? 'nowhere'}`,
    );
    this.#arrive(wire, host, this.place);
    world.in(random.between(5_000, 12_000), () => {
      if (this.#turn === turn && this.state === 'dialling') this.moveOn();
    });
  }

  /** Forgets its connection, which nobody is told, and comes back elsewhere. */
  moveOn(): void {
    this.wire?.abandon();
    this.#comeBack(this.#stage.random.between(0, 2_000));
  }

  /** Closes its connection; it comes back, or not. */
  leave(isOrderly: boolean, comesBack: boolean): void {
    this.wire?.leave(isOrderly);
    if (comesBack) this.#comeBack(this.#stage.random.between(0, 3_000));
    else this.end();
  }

  end(): void {
    this.state = 'over';
    this.wire = null;
    this.#turn += 1;
  }

  attached(wire: Wire, lineage: number): void {
    if (this.wire === wire) this.lineage = lineage;
  }

  written(_wire: Wire, text: string): void {
    checkWritten(this.#stage, this, JSON.parse(text) as ReadFrame);
  }

  read(wire: Wire, text: string): void {
    if (this.wire !== wire) return;
    const frame = JSON.parse(text) as ReadFrame;
    this.#stage.note(
      () =>
        `${this.name} reads ${frame.type} ${frame.offset} ${JSON.stringify(frame.resume ?? frame.data)}`,
    );
    if (frame.type === 'ready') {
      this.state = 'on';
      this.readyAt = this.#stage.world.now;
      this.refused = null;
      this.session = frame.session ?? null;
      this.generation = Number(/-(\d+)(?:\.\d+)?$/.exec(this.session ?? '')?.[1]);
      checkReady(this.#stage, this, frame);
      this.ticket = frame.ticket ?? null;
    } else checkRead(this.#stage, this, frame);
    this.losses = this.#stage.machine.losses;
    if (frame.type === 'event' && this.#stage.random.chance(0.3)) this.#acknowledge(wire, frame);
  }

  #acknowledge(wire: Wire, { offset }: ReadFrame): void {
    const { now } = this.#stage.world;
    if (now - this.#ackedAt < ackEveryMs) return;
    this.#ackedAt = now;
    wire.say(JSON.stringify({ type: 'ack', offset }));
  }

  closed(wire: Wire, code: number, reason: string): void {
    if (this.wire !== wire) return;
    const { retryMs } = JSON.parse(reason === '' ? '{}' : reason) as { retryMs?: number };
    this.#stage.note(() => `${this.name} hears ${code} ${reason} from ${wire.host.name}`);
    this.refused = { code, retryMs: retryMs ?? null, at: this.#stage.world.now };
    if (finalCodes.has(code) || (code === 4429 && retryMs === undefined)) this.end();
    else this.#comeBack(retryMs ?? this.#stage.random.between(...redialMs));
  }

  /** Somebody else dials with its ticket: a copy of it, or a thief. */
  dialCopy(host: ClusterProcess): void {
    const { world, note } = this.#stage;
    const wire = new Wire(world, host, { client: new Copyist(this.#stage, this), kin: this.dials });
    note(() => `somebody dials ${host.name} with the ticket of ${this.name}`);
    this.#arrive(wire, host, null);
    world.in(this.#stage.random.between(200, 4_000), () => wire.leave(true));
  }

  #comeBack(ms: number): void {
    this.wire = null;
    this.state = 'away';
    this.#turn += 1;
    const turn = this.#turn;
    this.#stage.world.in(ms, () => {
      if (this.#turn !== turn || this.state !== 'away') return;
      if (this.#stage.isEnding) {
        this.end();
        return;
      }
      const host = drawHost(this.#stage);
      if (host === undefined) this.#comeBack(500);
      else this.dial(host);
    });
  }

  #arrive(wire: Wire, host: ClusterProcess, place: Place | null): void {
    const { world } = this.#stage;
    const { ticket, user } = this;
    const dial: Dial = { wire, endsAt: Infinity };
    this.dials.push(dial);
    const resume = ticket === null ? {} : { resume: { ticket, ...place } };
    world.in(world.random.between(1, 30), () => {
      if (host.state === 'gone') {
        wire.reset();
        return;
      }
      host.wires.add(wire);
      host.ask((node) => {
        const admission = node.open({ userId: user, socket: wire, ...resume });
        const settled = (outcome: OpenOutcome): void => {
          dial.endsAt = world.now + lateActMs;
          if (outcome.outcome === 'refused') host.wires.delete(wire);
        };
        if (admission.outcome === 'waiting') void admission.settled.then(settled);
        else settled(admission);
      });
    });
  }
}

/** Reads what it is given, and never comes back. */
class Copyist implements WireClient {
  readonly #stage: ClusterStage;
  readonly #of: ClusterClient;

  constructor(stage: ClusterStage, of: ClusterClient) {
    this.#stage = stage;
    this.#of = of;
  }

  read(_wire: Wire, text: string): void {
    const { data } = JSON.parse(text) as ReadFrame;
    const event = data === undefined ? undefined : this.#stage.events.get(data.n);
    if (event !== undefined) event.isRead = true;
  }

  closed(): void {}
  attached(): void {}
  written(_wire: Wire, text: string): void {
    checkWritten(this.#stage, this.#of, JSON.parse(text) as ReadFrame);
  }
}
