export {
  acceptUpgrades,
  type UpgradeLayer,
  type UpgradeOptions,
  type Upgrades,
  type Verdict,
} from './upgrade.ts';
export { wsSocket } from './ws-socket.ts';
