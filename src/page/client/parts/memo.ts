import { Component, h, type ComponentChild, type FunctionComponent } from 'preact';

/** Draws a part again only if one of its props is another one. */
export function memo<P extends object>(part: (props: P) => ComponentChild): FunctionComponent<P> {
  class Memo extends Component<P> {
    override shouldComponentUpdate(next: P): boolean {
      const names = new Set([...Object.keys(next), ...Object.keys(this.props)]) as Set<keyof P>;
      return [...names].some((name) => next[name] !== (this.props as P)[name]);
    }

    render(): ComponentChild {
      return part(this.props);
    }
  }
  return (props) => h(Memo, props);
}
