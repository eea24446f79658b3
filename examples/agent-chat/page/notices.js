import { ClientError } from 'holdfast/client';

/**
 * @typedef {import('holdfast/client').Gap} Gap
 * @typedef {[title: string, text: string]} Notice
 */

/**
 * @param {Gap} gap
 * @returns {Notice}
 */
export function describeGap({ reason, from, to }) {
  const rest =
    'The conversation was read again from the server\u2019s file: what you see is whole.';
  switch (reason) {
    case 'epoch':
      return ['The server was restarted.', `Its log of events is gone. ${rest}`];
    case 'expired':
      return ['You were away for long.', `The server no longer keeps what you missed. ${rest}`];
    case 'overflow':
      return ['Too much happened.', `Events ${from} to ${to} made room for newer ones. ${rest}`];
    case 'broadcast':
      return ['You missed an announcement.', `It went to those who were there. ${rest}`];
  }
}

/**
 * @param {number} replayed
 * @returns {Notice}
 */
export function describeReturn(replayed) {
  return ['The connection is back.', `${replayed} events had been kept for you. None is missing.`];
}

/** @type {Readonly<Record<string, string>>} */
const refusals = {
  busy: 'The agent is still at the question before this one.',
  'too-long': 'The question is too long.',
};

/**
 * Why a question was not taken.
 *
 * @param {unknown} error
 */
export function describeRefusal(error) {
  if (!(error instanceof ClientError)) return 'It was not sent.';
  return refusals[error.serverCode ?? ''] ?? `It was not sent: ${error.message}`;
}
