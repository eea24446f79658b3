/**
 * Loaded into a gateway by `--import`: its background clean-up cannot be started. Setting a timer of `PROOF_BREAK_MS`
 * milliseconds, its interval, throws as often as `PROOF_BREAK_TIMES` says.
 */
const brokenMs = Number(process.env['PROOF_BREAK_MS']);
let timesLeft = Number(process.env['PROOF_BREAK_TIMES']);
const { setTimeout: set } = globalThis;

const setOrThrow = (...given: Parameters<typeof set>): NodeJS.Timeout => {
  if (given[1] === brokenMs && timesLeft > 0) {
    timesLeft -= 1;
    throw new Error('The timer of the background clean-up could not be set (broken on purpose).');
  }
  return set(...given);
};

globalThis.setTimeout = Object.assign(setOrThrow, set);
