import { build } from './build.js';
import { isOver } from './turns.js';

/**
 * @typedef {import('./turns.js').Turn} Turn
 * @typedef {import('./turns.js').Step} Step
 */

/**
 * Draws a turn into its element, anew.
 *
 * @param {HTMLElement} element
 * @param {Turn} turn
 */
export function drawTurn(element, turn) {
  const isWriting = !isOver(turn);
  element.className = isWriting ? 'turn writing' : 'turn';
  element.setAttribute('aria-busy', String(isWriting));
  const steps = turn.steps.map((step, index) => drawStep(step, isBusy(turn, index)));
  if (turn.steps.length === 0 && isWriting) steps.push(build('li', 'busy', 'Starting'));
  element.replaceChildren(
    build('div', 'question', turn.question),
    build(
      'div',
      'reply',
      ...(steps.length > 0 ? [build('ul', 'steps', ...steps)] : []),
      build('div', 'answer', ...blocksOf(turn.answer)),
      ...(isWriting ? [] : [drawEnd(turn)]),
    ),
  );
}

/**
 * A question that the server has not taken yet.
 *
 * @param {HTMLElement} element
 * @param {{ text: string, why: string | null }} question
 */
export function drawWaiting(element, { text, why }) {
  element.className = 'turn';
  element.replaceChildren(
    build('div', 'question', text),
    why === null
      ? build('p', 'sending', 'Waiting for the connection. It will be sent once.')
      : build('p', 'sending failed', why),
  );
}

/**
 * @param {Turn} turn
 * @param {number} index
 */
function isBusy(turn, index) {
  return !isOver(turn) && turn.answer === '' && index === turn.steps.length - 1;
}

/**
 * @param {Step} step
 * @param {boolean} isNow
 */
function drawStep(step, isNow) {
  const className = isNow ? 'busy' : 'done';
  if (step.kind === 'thought') return build('li', className, step.text);
  const result = step.result === null ? '' : ` \u2192 ${step.result}`;
  return build('li', className, build('code', '', step.tool), ` ${step.input}${result}`);
}

/** @param {Turn} turn */
function drawEnd({ status, answer }) {
  if (status === 'stopped') return build('p', 'ended stopped', 'Stopped by you');
  const words = answer.split(/\s+/).filter((word) => word !== '').length;
  return build('p', 'ended', `Complete, ${words} words`);
}

/**
 * Paragraphs and lists, as the agent writes them.
 *
 * @param {string} text
 */
function blocksOf(text) {
  return text
    .split(/\n{2,}/)
    .filter((block) => block.trim() !== '')
    .map((block) => {
      if (!block.startsWith('- ')) return build('p', '', block);
      const items = block.split(/\n?- /).filter((item) => item !== '');
      return build('ul', '', ...items.map((item) => build('li', '', item.trimEnd())));
    });
}
