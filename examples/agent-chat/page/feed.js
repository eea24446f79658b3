import { addRecord, emptyConversation } from './turns.js';

/**
 * @typedef {import('./turns.js').Conversation} Conversation
 * @typedef {import('./turns.js').ConversationRecord} ConversationRecord
 * @typedef {import('./turns.js').Turn} Turn
 *
 * @typedef {object} FeedOwner
 * @property {() => Promise<Conversation>} fetch the conversation as the server has it in its file
 * @property {() => void} replaced all of it may be different
 * @property {(turn: Turn, record: ConversationRecord) => void} changed
 * @property {(error: unknown) => void} failed
 */

/**
 * The conversation in this page: fetched as a whole where the page cannot know it, and kept up by the
 * events from there on. Records are numbered, so it does not matter in which order the two meet: what
 * is in already is passed over, and a number that is missing has the whole fetched again.
 */
export class Feed {
  /** @type {Conversation} */
  conversation = emptyConversation();
  isLoaded = false;
  /** Records that came while the conversation was being fetched. @type {ConversationRecord[]} */
  #early = [];
  #isFetching = false;
  #isStale = false;
  #owner;

  /** @param {FeedOwner} owner */
  constructor(owner) {
    this.#owner = owner;
  }

  /** @param {ConversationRecord} record */
  take(record) {
    const { seq } = this.conversation;
    if (!this.#isFetching && record.seq <= seq) return;
    if (!this.#isFetching && record.seq > seq + 1) void this.load();
    if (this.#isFetching) {
      this.#early.push(record);
      return;
    }
    addRecord(this.conversation, record);
    const turn = this.conversation.turns.find((one) => one.turn === record.turn);
    if (turn !== undefined) this.#owner.changed(turn, record);
  }

  /** Reads all of it. What was asked for while an answer is on its way is asked for again after it. */
  async load() {
    this.#isStale = true;
    if (this.#isFetching) return;
    this.#isFetching = true;
    while (this.#isStale) {
      this.#isStale = false;
      await this.#fetch();
    }
    this.#isFetching = false;
    const early = this.#early;
    this.#early = [];
    if (!this.isLoaded) return;
    this.#owner.replaced();
    for (const record of early) this.take(record);
  }

  async #fetch() {
    try {
      this.conversation = await this.#owner.fetch();
      this.isLoaded = true;
    } catch (error) {
      this.isLoaded = false;
      this.#owner.failed(error);
    }
  }
}
