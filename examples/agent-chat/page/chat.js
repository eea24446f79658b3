import { createClient } from 'holdfast/client';
import { find } from './build.js';
import { Feed } from './feed.js';
import { describeGap, describeRefusal, describeReturn } from './notices.js';
import { Side } from './side.js';
import { Transcript } from './transcript.js';
import { isOver } from './turns.js';

/**
 * @typedef {import('./turns.js').Conversation} Conversation
 * @typedef {import('./turns.js').ConversationRecord} ConversationRecord
 * @typedef {import('./transcript.js').WaitingQuestion} WaitingQuestion
 */

const transcript = new Transcript();
const side = new Side();
const question = /** @type {HTMLTextAreaElement} */ (find('question'));
const stopButton = /** @type {HTMLButtonElement} */ (find('stop'));

/** Questions the server has not told back yet. @type {Map<string, WaitingQuestion>} */
const waiting = new Map();
let isStopping = false;
let isLost = false;

const feed = new Feed({
  fetch: async () => {
    const response = await fetch('/conversation', { signal: AbortSignal.timeout(10_000) });
    if (!response.ok) throw new Error(`The server answered ${response.status}.`);
    return /** @type {Conversation} */ (await response.json());
  },
  replaced: () => {
    const { turns } = feed.conversation;
    for (const { turn } of turns) waiting.delete(turn);
    transcript.showAll(turns, waiting);
    drawControls();
  },
  changed: (turn, record) => {
    waiting.delete(turn.turn);
    transcript.show(turn);
    if (record.event === 'agent_completed') announce(record.status);
    drawControls();
  },
  failed: (error) => {
    side.write(`The conversation could not be read: ${wordsOf(error)}`, true);
    setTimeout(() => {
      if (client.state === 'open' && !feed.isLoaded) void feed.load();
    }, 2_000);
  },
});

// The cookie says who the user is. The position outlives a reload, so that the log is read on from there.
const client = createClient({ url: '/ws', storage: sessionStorage });

client.on('event', ({ event, data, offset }) => {
  side.countEvent(offset);
  feed.take(/** @type {ConversationRecord} */ ({ event, .../** @type {object} */ (data) }));
});

client.on('ready', (ready) => {
  side.showReady(ready);
  const { resume } = ready;
  const wasLost = isLost;
  isLost = false;
  if (wasLost && resume.outcome === 'replayed')
    transcript.tell(...describeReturn(resume.replayed), '');
  // Without a position nobody can say what this page has missed. After a gap, see below.
  if (!feed.isLoaded || resume.outcome === 'new') void feed.load();
});

client.on('gap', (gap) => {
  side.countGap();
  transcript.tell(...describeGap(gap), 'gap');
  void feed.load();
});

client.on('state', (state) => {
  side.showState(state);
  drawControls();
});

client.on('closed', ({ code, reason, retryInMs }) => {
  isLost = feed.isLoaded;
  side.write(code === 1006 ? 'connection lost' : `connection ended: ${reason ?? code}`);
  if (retryInMs !== null) side.showWait(retryInMs);
});

client.on('error', ({ message }) => side.write(message, true));

/** @param {string} text */
function ask(text) {
  const turn = crypto.getRandomValues(new Uint32Array(3)).join('-');
  waiting.set(turn, { text, why: null });
  setTimeout(() => {
    const still = waiting.get(turn);
    if (still !== undefined) transcript.showWaiting(turn, still);
  }, 250);
  client
    .send({ ask: text, turn })
    .catch((/** @type {unknown} */ error) => markFailed(turn, describeRefusal(error)));
  drawControls();
}

/**
 * @param {string} turn
 * @param {string} why
 */
function markFailed(turn, why) {
  const known = waiting.get(turn);
  if (known === undefined) return;
  waiting.set(turn, { ...known, why });
  transcript.showWaiting(turn, { ...known, why });
  drawControls();
}

function drawControls() {
  const last = feed.conversation.turns.at(-1);
  const isWorking = last !== undefined && !isOver(last);
  if (!isWorking) isStopping = false;
  const isAsking = [...waiting.values()].some(({ why }) => why === null);
  find('welcome').hidden = !feed.isLoaded || feed.conversation.turns.length > 0 || waiting.size > 0;
  find('send').hidden = isWorking || isAsking;
  stopButton.hidden = !isWorking;
  stopButton.disabled = isStopping;
  find('stop-text').textContent = isStopping ? 'Stopping' : 'Stop';
}

/** @param {'finished' | 'stopped'} status */
function announce(status) {
  find('announcer').textContent =
    status === 'finished' ? 'The answer is complete.' : 'The answer was stopped.';
}

/** @param {unknown} error */
function wordsOf(error) {
  return error instanceof Error ? error.message : 'nobody knows why';
}

find('composer').addEventListener('submit', (event) => {
  event.preventDefault();
  const text = question.value.trim();
  if (text === '' || find('send').hidden) return;
  question.value = '';
  ask(text);
});

question.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  /** @type {HTMLFormElement} */ (find('composer')).requestSubmit();
});

find('ideas').addEventListener('click', ({ target }) => {
  if (target instanceof HTMLButtonElement) ask(target.textContent ?? '');
});

stopButton.addEventListener('click', () => {
  isStopping = true;
  drawControls();
  client.cancel('The user pressed stop.').catch((/** @type {unknown} */ error) => {
    isStopping = false;
    side.write(`Not stopped: ${wordsOf(error)}`, true);
    drawControls();
  });
});

find('leave').addEventListener('click', () => {
  if (client.state === 'idle' || client.state === 'stopped') {
    client.connect();
    return;
  }
  isLost = true;
  client.detach();
});

void feed.load();
client.connect();
question.focus();
