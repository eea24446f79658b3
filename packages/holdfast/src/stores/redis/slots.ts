/** Slots of a Redis Cluster. */
const slots = 16_384;

/**
 * The slot of a key that begins with a hash tag: CRC-16 (XMODEM) of what stands between its braces. Source: Redis Cluster
 * specification, "Hash tags", https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/
 */
export function slotOf(key: string): number {
  const tag = key.slice(key.indexOf('{') + 1, key.indexOf('}'));
  let crc = 0;
  for (const byte of Buffer.from(tag)) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1)
      crc = crc & 0x80_00 ? ((crc << 1) ^ 0x10_21) & 0xff_ff : (crc << 1) & 0xff_ff;
  }
  return crc % slots;
}

/** Which server holds a range of slots, as CLUSTER SLOTS tells it. */
export interface SlotRange {
  readonly from: number;
  readonly to: number;
  readonly host: string;
  readonly port: number;
}

/**
 * Reads the answer of CLUSTER SLOTS.
 *
 * @param askedHost the host that answered, which stands for a server that does not know its own name
 */
export function slotRangesOf(answer: unknown, askedHost: string): SlotRange[] {
  return (answer as [number, number, [string | null, number]][]).map(
    ([from, to, [host, port]]) => ({ from, to, host: host || askedHost, port }),
  );
}
