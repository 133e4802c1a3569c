import { Component, createContext } from 'preact';
import type { ServerTime } from '../time/server-time.js';

export const Time = createContext<ServerTime>({ now: () => 0, listen: () => () => {} });

interface Props {
  readonly words: (now: number) => string;
}

/** A text that depends on the time. It alone is drawn again when a second has passed, and only if it differs. */
export class Live extends Component<Props> {
  static override contextType = Time;
  declare context: ServerTime;
  private text = '';
  private stop = (): void => {};

  override componentDidMount(): void {
    this.stop = this.context.listen(() => {
      if (this.props.words(this.context.now()) !== this.text) {
        this.forceUpdate();
      }
    });
  }

  override componentWillUnmount(): void {
    this.stop();
  }

  render(): string {
    this.text = this.props.words(this.context.now());
    return this.text;
  }
}
