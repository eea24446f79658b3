import { build, clockTime, find } from './build.js';
import { drawTurn, drawWaiting } from './turn-view.js';
import { mostTurns } from './turns.js';

/**
 * @typedef {import('./turns.js').Turn} Turn
 * @typedef {{ text: string, why: string | null }} WaitingQuestion
 */

const mostNotices = 12;

/** What the page shows of the conversation. Each turn has one element, drawn anew at most once a frame. */
export class Transcript {
  #root = find('transcript');
  /** @type {Map<string, HTMLElement>} */
  #elements = new Map();
  /** @type {Map<string, Turn>} */
  #changed = new Map();
  /** @type {HTMLElement[]} */
  #notices = [];

  /** @param {Turn} turn */
  show(turn) {
    if (this.#changed.size === 0) requestAnimationFrame(() => this.#draw());
    this.#changed.set(turn.turn, turn);
  }

  /**
   * @param {readonly Turn[]} turns all there are: what is not among them is taken away
   * @param {ReadonlyMap<string, WaitingQuestion>} waiting
   */
  showAll(turns, waiting) {
    const names = new Set([...turns.map(({ turn }) => turn), ...waiting.keys()]);
    for (const [name, element] of this.#elements) {
      if (names.has(name)) continue;
      element.remove();
      this.#elements.delete(name);
    }
    for (const turn of turns) this.show(turn);
  }

  /**
   * @param {string} turn
   * @param {WaitingQuestion} question
   */
  showWaiting(turn, question) {
    this.#follow(() => drawWaiting(this.#elementOf(turn), question));
  }

  /**
   * @param {string} title
   * @param {string} text
   * @param {'gap' | ''} kind
   */
  tell(title, text, kind) {
    const time = build('time', '', clockTime(new Date()));
    const words = build('span', '', build('strong', '', title), ` ${text}`);
    const notice = build('div', `notice ${kind}`, words, time);
    this.#notices.push(notice);
    if (this.#notices.length > mostNotices) this.#notices.shift()?.remove();
    this.#draw();
    this.#follow(() => this.#root.append(notice));
  }

  #draw() {
    const changed = [...this.#changed.values()];
    this.#changed.clear();
    this.#follow(() => {
      for (const turn of changed) drawTurn(this.#elementOf(turn.turn), turn);
      for (const [name, element] of this.#elements) {
        if (this.#elements.size <= mostTurns) break;
        element.remove();
        this.#elements.delete(name);
      }
    });
  }

  /** @param {string} turn */
  #elementOf(turn) {
    const known = this.#elements.get(turn);
    if (known !== undefined) return known;
    const element = build('article', 'turn');
    element.dataset['turn'] = turn;
    this.#elements.set(turn, element);
    this.#root.append(element);
    return element;
  }

  /**
   * Keeps the end in sight, unless the reader has scrolled away from it.
   *
   * @param {() => void} change
   */
  #follow(change) {
    const { scrollHeight, scrollTop, clientHeight } = this.#root;
    const isAtEnd = scrollHeight - scrollTop - clientHeight < 80;
    change();
    if (isAtEnd) this.#root.scrollTop = this.#root.scrollHeight;
  }
}
