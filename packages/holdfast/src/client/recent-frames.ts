import type { PlacedFrame } from './tab-post.ts';

const mostFrames = 512;
const mostLength = 512 * 1024;

/** The last frames of a link, for tabs that were away for a moment. The oldest make room. */
export class RecentFrames {
  #frames: PlacedFrame[] = [];
  #length = 0;

  add(frame: PlacedFrame): void {
    this.#frames.push(frame);
    this.#length += frame.text.length;
    while (this.#frames.length > mostFrames || this.#length > mostLength)
      this.#length -= this.#frames.shift()?.text.length ?? 0;
  }

  /** All after a place; null where it is further back than what is kept. */
  after(offset: number): readonly PlacedFrame[] | null {
    const [oldest] = this.#frames;
    if (oldest !== undefined && offset < oldest.before) return null;
    return this.#frames.filter((frame) => frame.offset > offset);
  }
}
