import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { planAnswer } from './agent.mjs';
import { ConversationFile } from './conversation-file.mjs';
import { emptyConversation } from './page/turns.js';

/**
 * @typedef {import('./page/turns.js').Conversation} Conversation
 * @typedef {import('./page/turns.js').Happening} Happening
 * @typedef {import('holdfast').SessionLayer} SessionLayer
 */

/** The oldest conversations make room for new ones. */
const mostConversations = 100;
const longestQuestion = 2_000;

/** Where questions come in: it keeps the conversations, and has the agent work on one turn of each at a time. */
export class Desk {
  /** @type {Map<string, ConversationFile>} */
  #files = new Map();
  /** @type {Map<string, NodeJS.Timeout>} by user: the agent's next act */
  #work = new Map();
  #isClosed = false;
  #layer;
  #folder;
  #pace;

  /**
   * @param {SessionLayer} layer
   * @param {{ folder: string, pace: number }} about `pace`: 2 is twice as slow
   */
  constructor(layer, { folder, pace }) {
    this.#layer = layer;
    this.#folder = folder;
    this.#pace = pace;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  /** Goes on with what was not finished when the process ended. */
  resume() {
    for (const name of readdirSync(this.#folder).filter((one) => one.endsWith('.jsonl'))) {
      const userId = path.basename(name, '.jsonl');
      if (this.#fileOf(userId).open !== null) this.#schedule(userId);
    }
  }

  /**
   * @param {string} userId
   * @returns {Conversation}
   */
  read(userId) {
    return this.#isKnown(userId) ? this.#fileOf(userId).conversation : emptyConversation();
  }

  /**
   * @param {string} userId
   * @param {{ turn: string, text: string }} question a turn that is known already is not asked again
   * @returns {'no-question' | 'too-long' | 'busy' | null} why it was not taken
   */
  ask(userId, { turn, text }) {
    if (text.trim() === '') return 'no-question';
    if (text.length > longestQuestion) return 'too-long';
    const file = this.#fileOf(userId);
    if (file.conversation.turns.some((one) => one.turn === turn)) return null;
    if (file.open !== null) return 'busy';
    this.#tell(userId, turn, { event: 'user_asked', text: text.trim(), at: Date.now() });
    this.#schedule(userId);
    return null;
  }

  /** @param {string} userId */
  cancel(userId) {
    if (!this.#isKnown(userId)) return;
    const turn = this.#fileOf(userId).open?.turn;
    if (turn === undefined) return;
    clearTimeout(this.#work.get(userId));
    this.#work.delete(userId);
    this.#tell(userId, turn, { event: 'agent_completed', status: 'stopped' });
  }

  /** Lets go of the work; another process can go on with it, also with what is asked from now on. */
  close() {
    this.#isClosed = true;
    for (const timer of this.#work.values()) clearTimeout(timer);
    this.#work.clear();
  }

  /** @param {string} userId */
  #schedule(userId) {
    const turn = this.#fileOf(userId).open;
    const next = turn === null ? undefined : planAnswer(turn.question)[turn.done];
    if (turn === null || next === undefined || this.#isClosed) {
      this.#work.delete(userId);
      return;
    }
    const timer = setTimeout(() => {
      this.#tell(userId, turn.turn, next.happening);
      this.#schedule(userId);
    }, next.afterMs * this.#pace);
    this.#work.set(userId, timer);
  }

  /**
   * @param {string} userId
   * @param {string} turn
   * @param {Happening} happening
   */
  #tell(userId, turn, happening) {
    const { event, ...data } = this.#fileOf(userId).add(turn, happening);
    this.#layer.publish(userId, { event, data, critical: event === 'agent_completed' });
  }

  /** @param {string} userId */
  #isKnown(userId) {
    return this.#files.has(userId) || existsSync(this.#pathOf(userId));
  }

  /** @param {string} userId */
  #fileOf(userId) {
    const known = this.#files.get(userId);
    if (known !== undefined) return known;
    if (!existsSync(this.#pathOf(userId))) this.#makeRoom();
    const file = new ConversationFile(this.#pathOf(userId));
    this.#files.set(userId, file);
    return file;
  }

  #makeRoom() {
    const names = readdirSync(this.#folder).filter((one) => one.endsWith('.jsonl'));
    const idle = names
      .map((name) => ({ name, userId: path.basename(name, '.jsonl') }))
      .filter(({ userId }) => !this.#work.has(userId))
      .map((one) => ({ ...one, usedAt: statSync(path.join(this.#folder, one.name)).mtimeMs }))
      .toSorted((left, right) => left.usedAt - right.usedAt);
    for (const { name, userId } of idle.slice(0, names.length + 1 - mostConversations)) {
      rmSync(path.join(this.#folder, name));
      this.#files.delete(userId);
    }
  }

  /** @param {string} userId letters and digits: the server has drawn it */
  #pathOf(userId) {
    return path.join(this.#folder, `${userId}.jsonl`);
  }
}
