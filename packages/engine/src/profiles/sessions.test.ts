import { describe, expect, it } from 'vitest';
import { total } from './counts.js';
import { emptyProfile } from './create.js';
import { absorbInto } from './merge.js';
import { enterSession } from './sessions.js';

const at = (minutes: number) => new Date(Date.parse('2026-01-01T08:00:00Z') + minutes * 60_000).toISOString();

function visit(...minutes: number[]) {
  const profile = emptyProfile('p', at(0));
  const ids = minutes.map((m, n) => enterSession(profile, 'd', at(m), `s${n}`).id);
  return { profile, ids, count: total(profile.sessions.days) };
}

describe('a session', () => {
  it('goes on for as long as no gap is longer than 30 minutes', () => {
    expect(visit(0, 30, 60, 90).count).toBe(1);
    expect(visit(0, 31).count).toBe(2);
  });

  it('is the same whatever the order in which its events arrive', () => {
    expect(visit(90, 60, 30, 0).count).toBe(1);
    expect(visit(0, 60, 30).count).toBe(1);
    expect(visit(60, 0, 200, 30).count).toBe(2);
  });

  it('keeps its id when a late event begins it earlier', () => {
    expect(visit(20, 0).ids).toEqual(['s0', 's0']);
  });

  it('belongs to a device: two devices at the same time are two', () => {
    const { profile } = visit(0);
    enterSession(profile, 'other', at(1), 'x');
    expect(total(profile.sessions.days)).toBe(2);
  });

  it('is not counted twice when two profiles that share it are merged', () => {
    const [a, b] = [visit(0, 10).profile, visit(20, 100).profile];
    absorbInto(a, { ...b, id: 'q' }, 'ledger', at(200));
    expect(total(a.sessions.days)).toBe(2);
    expect(a.devices.d?.map((s) => [s.startedAt, s.lastAt, s.events])).toEqual([
      [at(0), at(20), 3],
      [at(100), at(100), 1],
    ]);
  });
});
