import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { addRecord, emptyConversation, isOver } from './page/turns.js';

/**
 * @typedef {import('./page/turns.js').Conversation} Conversation
 * @typedef {import('./page/turns.js').ConversationRecord} ConversationRecord
 * @typedef {import('./page/turns.js').Happening} Happening
 */

/** After so many records the file is written anew, as one line that sums them up. */
const mostLines = 5_000;

/**
 * The conversation of one user, in a file of one JSON record a line. A record is in the file before
 * anybody is told of it, so a server that is killed knows afterwards all that its pages know.
 */
export class ConversationFile {
  /** @type {Conversation} */
  #conversation = emptyConversation();
  #lines = 0;
  #file;

  /** @param {string} file */
  constructor(file) {
    this.#file = file;
    if (existsSync(file)) this.#read();
  }

  /** @returns {Conversation} */
  get conversation() {
    return this.#conversation;
  }

  /** The turn that is not over, if there is one. */
  get open() {
    return this.#conversation.turns.find((turn) => !isOver(turn)) ?? null;
  }

  /**
   * @param {string} turn
   * @param {Happening} happening
   * @returns {ConversationRecord}
   */
  add(turn, happening) {
    const record = { seq: this.#conversation.seq + 1, turn, ...happening };
    appendFileSync(this.#file, `${JSON.stringify(record)}\n`);
    addRecord(this.#conversation, record);
    this.#lines += 1;
    if (this.#lines >= mostLines) this.#compact();
    return record;
  }

  #read() {
    for (const line of readFileSync(this.#file, 'utf8').split('\n')) {
      const record = parseLine(line);
      if (record === null) continue;
      if ('turns' in record) this.#conversation = record;
      else addRecord(this.#conversation, record);
    }
    this.#compact();
  }

  #compact() {
    const fresh = `${this.#file}.new`;
    writeFileSync(fresh, `${JSON.stringify(this.#conversation)}\n`);
    renameSync(fresh, this.#file);
    this.#lines = 1;
  }
}

/**
 * @param {string} line
 * @returns {Conversation | ConversationRecord | null} null for what is no whole record: the process
 *   was killed while it wrote the last one
 */
function parseLine(line) {
  try {
    return /** @type {Conversation | ConversationRecord} */ (JSON.parse(line));
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
