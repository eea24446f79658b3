const partitions = 256;
const slots = 16_384;

/**
 * The share of all users that the busiest master holds, of so many with as many slots each in a row, as a Redis Cluster is made:
 * users go to 256 hash tags, and a tag is where its slot is.
 */
export function busiestShare(masters: number): number {
  const held = Array.from({ length: masters }, () => 0);
  for (let partition = 0; partition < partitions; partition += 1) {
    const slot = crc16(`holdfast:${partition}`) % slots;
    const master = Math.floor((slot * masters) / slots);
    held[master] = (held[master] ?? 0) + 1;
  }
  return Math.max(...held) / partitions;
}

/** How many masters keep each below this many cores; Infinity where more of them do not help. */
export function mastersFor(cores: number, mostBusy: number): number {
  for (let masters = 1; masters <= partitions; masters += 1)
    if (cores * busiestShare(masters) <= mostBusy) return masters;
  return Infinity;
}

/** CRC-16/XMODEM, by which a Redis Cluster finds the slot of a tag. Source: Redis Cluster specification, appendix A. */
function crc16(text: string): number {
  let crc = 0;
  for (const byte of Buffer.from(text)) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1)
      crc = (crc & 0x80_00) === 0 ? crc << 1 : (crc << 1) ^ 0x10_21;
    crc &= 0xff_ff;
  }
  return crc;
}
