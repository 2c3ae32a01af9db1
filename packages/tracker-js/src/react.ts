import {
  createContext,
  createElement,
  type FunctionComponent,
  type ReactNode,
  useContext,
  useEffect,
  useRef,
  useState,
} from 'react';
import { inertTracker } from './inert.js';
import type { EventMap, PublicProfile, Tracker } from './types.js';

const Context = createContext<Tracker>(inertTracker());

/** Gives the tracker to everything below. Make it once, outside of the components. */
export const TributaryProvider: FunctionComponent<{ tracker: unknown; children?: ReactNode }> = ({
  tracker,
  children,
}) => createElement(Context.Provider, { value: tracker as Tracker }, children);

/** The tracker of the provider above; without one, a tracker that does nothing. */
export const useTributary = <E extends { [K in keyof E]: object | undefined } = EventMap>(): Tracker<E> =>
  useContext(Context) as unknown as Tracker<E>;

/**
 * A page view for each new `path`, for routers that are asked rather than watched (else `autoPage` is enough).
 * StrictMode runs effects twice, and the view stays one.
 *
 * @example usePageView(useLocation().pathname)
 */
export function usePageView(path: string, name?: string): void {
  const tracker = useContext(Context);
  const seen = useRef<string>(undefined);
  useEffect(() => {
    if (seen.current === path) return;
    seen.current = path;
    if (name === undefined) tracker.page();
    else tracker.page(name);
  }, [tracker, path, name]);
}

/** The visitor's segments and public traits; undefined until they are known. */
export function useProfile(): PublicProfile | undefined {
  const tracker = useContext(Context);
  const [profile, setProfile] = useState<PublicProfile>();
  useEffect(() => {
    const end = tracker.profile(setProfile);
    return () => void end.then((stop) => stop());
  }, [tracker]);
  return profile;
}
