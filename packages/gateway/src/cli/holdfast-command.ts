import { Command, type Option } from 'commander';
import { shown } from '../server/config/config-error.ts';
import { findNearestName } from '../server/config/nearest-name.ts';
import { type CommandFailure, wrongUsage } from './command-failure.ts';

/**
 * A command whose complaints are ours. The methods below are the ones commander calls when the
 * command line does not fit; they are overridden rather than its texts taken apart.
 */
export class HoldfastCommand extends Command {
  override createCommand(name?: string): HoldfastCommand {
    return new HoldfastCommand(name);
  }

  unknownCommand(): never {
    throw this.refuseCommand(this.args[0] ?? '');
  }

  unknownOption(flag: string): never {
    const name = flag.replace(/=.*$/s, '');
    const known = [...this.options.flatMap(({ long }) => long ?? []), '--help'];
    const nearest = findNearestName(name, known) ?? '';
    const argument = this.registeredArguments[0]?.name();
    const orElse =
      argument === undefined
        ? ''
        : ` (To give it as ${argument.toUpperCase()}, put -- in front of it.)`;
    throw this.#misused(
      `Expected every flag to be a known one, got ${shown(name)}. The nearest is \`${nearest}\`.${orElse}`,
    );
  }

  missingArgument(name: string): never {
    throw this.#misused(`Expected ${name.toUpperCase()} to be given, got nothing.`);
  }

  optionMissingArgument(option: Option): never {
    throw this.#misused(
      `Expected \`${option.long ?? option.flags}\` to have a value, got nothing.`,
    );
  }

  _excessArguments(given: readonly string[]): never {
    const most = this.registeredArguments.length;
    const expected = ['no arguments', 'one argument'][most] ?? `${most} arguments`;
    throw this.#misused(
      `Expected ${expected}, got ${given.length}: ${given.map(shown).join(', ')}. ` +
        'Put quotes around a value with spaces.',
    );
  }

  /** What to say to a name that is no command. */
  refuseCommand(given: string): CommandFailure {
    const names = this.commands.map((command) => command.name());
    const nearest = findNearestName(given, names) ?? '';
    return this.#misused(
      `Expected a command (${names.join(', ')}), got ${shown(given)}. The nearest is \`${nearest}\`.`,
    );
  }

  #misused(problem: string): CommandFailure {
    const path = this.parent === null ? this.name() : `${this.parent.name()} ${this.name()}`;
    return wrongUsage(`${problem} \`${path} --help\` tells more.`);
  }
}
