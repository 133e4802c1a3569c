/** Something that has been told to end. */
export interface Ending {
  /** Says for people what it is. */
  readonly label: string;
  /** Calls back when it has ended, or at once if it has. */
  whenEnded(callback: () => void): void;
}
