/** Something that has been told to end. */
export interface Ending {
  /** Names it for people. */
  readonly label: string;
  /** Calls back when it has ended, or at once if it has. */
  whenEnded(callback: () => void): void;
}
