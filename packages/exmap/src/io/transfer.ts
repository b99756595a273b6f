// Moves the bytes of a hand's pages between their place in memory and the file. One transfer belongs to one interface, which
// has one hand in flight at most.
import type { Hand } from './hand.ts'

export interface PageTransfer {
  /** What `info().io` says. */
  readonly io: string
  /** Why it is not a better one. */
  readonly reasons: readonly string[]
  /** Fills the hand's pages; what fails is told to the hand. Does not throw for what the file does. */
  readSync(hand: Hand): void
  read(hand: Hand): Promise<void>
  /** Writes the hand's pages. */
  writeSync(hand: Hand): void
  write(hand: Hand): Promise<void>
  /** Makes durable what was written. */
  sync(): Promise<void>
  /**
   * Ends the hand in flight as soon as it can: `read` or `write` still settles, pages that were not begun fail with
   * `CANCELLED`, and when it has settled nobody writes into the hand's pages any more. Returns at once.
   */
  cancel(): void
  /** Closes the file. Nothing is in flight. */
  close(): void
}
