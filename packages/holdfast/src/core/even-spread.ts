/** A fraction whose multiples fall evenly over the unit interval: the golden ratio. */
const goldenRatio = 0.618_033_988_749_895;

/**
 * A place in [0, 1) for each whole number from 0, such that the places of any run of numbers lie evenly: however many there
 * are, each next one falls into one of the widest gaps that are left (Knuth, The Art of Computer Programming 3, section 6.4).
 */
export function evenSpread(turn: number): number {
  return (turn * goldenRatio) % 1;
}
