/** Frames, pings among them, that a client may send before its `ready`; messages are served once the session is live. */
const mostFrames = 16;
/** In all of them, by {@link String.length} where they are text. */
const mostBytes = 64 * 1024;

/** What a client says before it has a session, held until it has one. Never more than the bounds (I12). */
export class HeldFrames {
  #held: (string | Uint8Array)[] | null = null;
  #frames = 0;
  #bytes = 0;

  /** Counts a frame of which nothing is to be held, such as a ping. False once more has come than may. */
  count(): boolean {
    this.#frames += 1;
    return this.#frames <= mostFrames && this.#bytes <= mostBytes;
  }

  /** Counts a message and holds it. False once more has come than may: that message is not held, nor is any after it. */
  hold(data: string | Uint8Array): boolean {
    this.#bytes += data.length;
    if (!this.count()) return false;
    this.#held ??= [];
    this.#held.push(data);
    return true;
  }

  /** The message that was held last of those that are like this one was for now; it counts all the same. */
  letGo(data: string | Uint8Array): void {
    const place = this.#held?.lastIndexOf(data) ?? -1;
    if (place >= 0) this.#held?.splice(place, 1);
  }

  /** All that is held, in the order in which it came; handed over once. What has come goes on counting. */
  take(): readonly (string | Uint8Array)[] {
    const held = this.#held ?? [];
    this.#held = null;
    return held;
  }
}
