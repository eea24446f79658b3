import { findNearestName } from './nearest-name.ts';
import { optionRows, variableOf } from './option-names.ts';

/** What the `HOLDFAST_` variables of a process amount to. */
export interface VariableReport {
  /** Variables in use: not empty, not injected by Kubernetes. */
  readonly values: ReadonlyMap<string, string>;
  readonly problems: readonly string[];
  readonly notes: readonly string[];
}

const PREFIX = 'HOLDFAST_';

/** Known variables that are no options of `serve`: they tell the other commands where to go. */
const OTHER_VARIABLES: readonly string[] = ['HOLDFAST_URL', 'HOLDFAST_EVIDENCE_KEY'];

// Kubernetes sets these for each service it knows when a pod starts; a service named holdfast, or
// holdfast-something, makes them look like ours:
// https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
const INJECTED_NAMES: readonly RegExp[] = [
  /^HOLDFAST_(?:[A-Z0-9_]+_)?SERVICE_HOST$/,
  /^HOLDFAST_(?:[A-Z0-9_]+_)?SERVICE_PORT(?:_[A-Z0-9_]+)?$/,
  /^HOLDFAST_(?:[A-Z0-9_]+_)?PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?$/,
];
const INJECTED_PORT_NAME = /^HOLDFAST_(?:[A-Z0-9_]+_)?PORT$/;
const INJECTED_PORT_VALUE = /^(?:tcp|udp|sctp):\/\//;

/**
 * Sorts the `HOLDFAST_` variables: known ones become values (an empty one is as good as none), the
 * ones Kubernetes injects a note, and any other a problem that names the nearest known one.
 */
export function readVariables(env: Readonly<Record<string, string | undefined>>): VariableReport {
  const known = [...optionRows.map(variableOf), ...OTHER_VARIABLES];
  const values = new Map<string, string>();
  const problems: string[] = [];
  const injected: string[] = [];
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith(PREFIX) || value === undefined) continue;
    if (isInjected(name, value)) injected.push(name);
    else if (!known.includes(name)) problems.push(unknownVariable(name, known));
    else if (value !== '') values.set(name, value);
  }
  return { values, problems, notes: injectedNote(injected) };
}

function isInjected(name: string, value: string): boolean {
  if (INJECTED_PORT_NAME.test(name) && INJECTED_PORT_VALUE.test(value)) return true;
  return INJECTED_NAMES.some((pattern) => pattern.test(name));
}

function unknownVariable(name: string, known: readonly string[]): string {
  const nearest = findNearestName(name, known) ?? '';
  return `Expected every HOLDFAST_ variable to be a known one, got ${name}. The nearest is ${nearest}.`;
}

function injectedNote(names: readonly string[]): string[] {
  if (names.length === 0) return [];
  return [
    `Ignored ${names.toSorted().join(', ')}: Kubernetes sets them for a service of that name ` +
      '(enableServiceLinks: false in the pod stops it).',
  ];
}
