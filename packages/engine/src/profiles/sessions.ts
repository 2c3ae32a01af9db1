import type { SessionView } from '@tributary/sdk';
import type { Profile, Session } from './profile.js';

/** A gap longer than this, in milliseconds, begins a new session. */
export const SESSION_GAP = 30 * 60_000;
/** Sessions of a device that a late event can still find; an older one counts as a session of its own. */
const KEPT_SESSIONS = 10;

/**
 * Puts an event of a device at `at` into its session and answers which. A late event may fall into
 * an earlier session, lie before all kept ones, or close the gap between two (then they are one).
 */
export function enterSession(profile: Profile, device: string, at: string, newId: string): Session {
  const sessions = profile.devices[device] ?? [];
  const time = Date.parse(at);
  const touches = (s: Session) =>
    time >= Date.parse(s.startedAt) - SESSION_GAP && time <= Date.parse(s.lastAt) + SESSION_GAP;
  const near = sessions.filter(touches);
  const session: Session = near[0] ?? { id: newId, startedAt: at, lastAt: at, events: 0 };
  if (near.length === 0) count(profile, at, 1);
  for (const other of near.slice(1)) {
    join(session, other);
    count(profile, other.startedAt, -1);
  }
  if (at < session.startedAt) {
    count(profile, session.startedAt, -1);
    count(profile, at, 1);
    session.startedAt = at;
  }
  if (at > session.lastAt) session.lastAt = at;
  session.events++;
  const kept = sessions.filter((s) => !near.includes(s));
  kept.push(session);
  profile.devices[device] = newest(kept);
  return session;
}

/** The sessions of a device that two profiles have: those that touch become one. */
export function mergeSessions(into: Profile, device: string, others: readonly Session[]): void {
  const all = [...(into.devices[device] ?? []), ...others.map((s) => ({ ...s }))];
  all.sort((a, b) => (a.startedAt < b.startedAt ? -1 : a.startedAt > b.startedAt ? 1 : a.id < b.id ? -1 : 1));
  const joined: Session[] = [];
  for (const session of all) {
    const last = joined.at(-1);
    if (last && Date.parse(session.startedAt) <= Date.parse(last.lastAt) + SESSION_GAP) {
      join(last, session);
      count(into, session.startedAt, -1);
    } else joined.push({ ...session });
  }
  into.devices[device] = newest(joined);
}

function join(session: Session, other: Session): void {
  if (other.startedAt < session.startedAt) session.startedAt = other.startedAt;
  if (other.lastAt > session.lastAt) session.lastAt = other.lastAt;
  session.events += other.events;
}

function newest(sessions: Session[]): Session[] {
  sessions.sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1));
  return sessions.slice(-KEPT_SESSIONS);
}

function count(profile: Profile, at: string, by: number): void {
  const day = at.slice(0, 10);
  const n = (profile.sessions.days[day] ?? 0) + by;
  if (n === 0) delete profile.sessions.days[day];
  else profile.sessions.days[day] = n;
}

/** A session as flows see it. */
export function viewOfSession(session: Session | undefined): SessionView | undefined {
  return session && { id: session.id, startedAt: session.startedAt, events: session.events };
}
