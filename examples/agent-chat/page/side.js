import { build, clockTime, find } from './build.js';

/**
 * @typedef {import('holdfast/client').ClientState} ClientState
 * @typedef {import('holdfast/client').Ready} Ready
 */

const mostLines = 14;

/** @type {Readonly<Record<ClientState, string>>} */
const words = {
  idle: 'Away',
  connecting: 'Connecting',
  open: 'Connected',
  waiting: 'Coming back',
  stopped: 'Stopped',
  closed: 'Closed',
};

/** What the page shows of its connection. */
export class Side {
  #events = 0;
  #gaps = 0;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #countdown;

  /** @param {ClientState} state */
  showState(state) {
    clearInterval(this.#countdown);
    document.body.dataset['link'] = state;
    find('link-text').textContent = words[state];
    const isAway = state === 'idle' || state === 'stopped';
    find('leave').textContent = isAway ? 'Come back' : 'Leave for a while';
    find('leave-hint').textContent = isAway
      ? 'What you missed is read from the log.'
      : 'The agent goes on without you.';
  }

  /** @param {number} inMs when the next attempt is due */
  showWait(inMs) {
    const dueAt = performance.now() + inMs;
    const draw = () => {
      const leftMs = Math.max(0, dueAt - performance.now());
      find('link-text').textContent = `${words.waiting} in ${(leftMs / 1000).toFixed(1)} s`;
    };
    clearInterval(this.#countdown);
    this.#countdown = setInterval(draw, 100);
    draw();
  }

  /** @param {Ready} ready */
  showReady({ sessions, limit, resume }) {
    find('fact-sessions').textContent = `${sessions} of ${limit}`;
    find('fact-resume').textContent = describeReturn(resume);
    this.write(describeReturn(resume), resume.outcome === 'gap');
  }

  /** @param {number} offset */
  countEvent(offset) {
    this.#events += 1;
    find('fact-events').textContent = String(this.#events);
    find('fact-offset').textContent = String(offset);
  }

  countGap() {
    this.#gaps += 1;
    find('fact-gaps').textContent = String(this.#gaps);
  }

  /**
   * @param {string} text
   * @param {boolean} isLoss
   */
  write(text, isLoss = false) {
    const history = find('history');
    const time = build('time', '', clockTime(new Date()));
    history.prepend(build('li', '', time, build('span', isLoss ? 'told' : '', text)));
    while (history.children.length > mostLines) history.lastElementChild?.remove();
  }
}

/** @param {Ready['resume']} resume */
function describeReturn(resume) {
  switch (resume.outcome) {
    case 'new':
      return 'new session';
    case 'lossless':
      return 'nothing was missed';
    case 'replayed':
      return `${resume.replayed} events replayed`;
    case 'gap':
      return `gap: ${resume.reason}`;
  }
}
