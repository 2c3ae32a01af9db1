import type { Event } from '@tributary/sdk';
import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js';
import { LIMITS } from '../events/limits.js';

export interface IdentifierRule {
  /** Lower is stronger: the strongest identifier of an event decides whose it is. */
  priority: number;
  /** At most so many values in one profile; a further one is not taken as an identifier. */
  max: number;
  /** Two profiles that have different values are two people: nothing joins them by itself. */
  distinguishes?: boolean;
}

export interface IdentityRules {
  types: { [type: string]: IdentifierRule };
  /** Values (lower case) that many people share by a mistake of the sender. */
  blocked: ReadonlySet<string>;
  defaultCountry?: string;
}

export interface Identifier {
  type: string;
  value: string;
}

/** Values that are no identifier of anybody; the list of Segment's identity resolution and of what SDKs send by mistake. */
// biome-ignore format: a list reads better in few lines
const BLOCKED = [
  'null', 'nil', 'undefined', 'none', 'n/a', 'na', 'nan', 'anonymous', 'unknown', 'guest', 'default',
  'true', 'false', '0', '-1', '[object object]', '""', "''", '{}', '[]', 'id', 'user', 'userid', 'user_id',
  'anonymousid', 'email', 'test@example.com', 'not set', '(not set)', '00000000-0000-0000-0000-000000000000',
];

/** The rules without any setting: what `docs/identity.md` says. */
export function defaultRules(defaultCountry?: string): IdentityRules {
  const rules: IdentityRules = {
    types: Object.assign(Object.create(null), {
      userId: { priority: 1, max: 5, distinguishes: true },
      email: { priority: 2, max: 10 },
      phone: { priority: 3, max: 10 },
      anonymousId: { priority: 9, max: 1_000 },
    }),
    blocked: new Set(BLOCKED),
  };
  if (defaultCountry) rules.defaultCountry = defaultCountry;
  return rules;
}

/** Rule of a type; one that nobody defined is like an e-mail, but weaker. */
export function ruleOf(rules: IdentityRules, type: string): IdentifierRule {
  return rules.types[type] ?? { priority: 5, max: 10 };
}

const EMAIL = /^[^\s@"(),:;<>[\\\]]+@[^\s@"(),:;<>[\\\]]+\.[^\s@"(),:;<>[\\\].]{2,}$/;

/** The form in which an identifier is stored and looked up; undefined when the value is none. */
export function normaliseIdentifier(rules: IdentityRules, type: string, raw: unknown): string | undefined {
  if (typeof raw !== 'string' && typeof raw !== 'number') return undefined;
  const value = String(raw).trim();
  if (value === '' || value.length > LIMITS.identifierLength) return undefined;
  if (!value.isWellFormed() || value.includes('\0')) return undefined;
  if (rules.blocked.has(value.toLowerCase())) return undefined;
  if (type === 'email') {
    const email = value.toLowerCase();
    return EMAIL.test(email) ? email : undefined;
  }
  if (type === 'phone') {
    const country = rules.defaultCountry as CountryCode | undefined;
    const phone = parsePhoneNumberFromString(value, country ? { defaultCountry: country } : undefined);
    return phone?.isValid() ? phone.number : undefined;
  }
  return value;
}

/** `type:value`, the id under which the identifiers collection keeps it. */
export function identifierKey({ type, value }: Identifier): string {
  return `${type}:${value}`;
}

/** The type of an identifier's key. */
export function typeOf(key: string): string {
  return key.slice(0, key.indexOf(':'));
}

/** All identifiers that an event states by itself, strongest first. */
export function eventIdentifiers(rules: IdentityRules, event: Event): Identifier[] {
  const found: Identifier[] = [];
  const add = (type: string, raw: unknown) => {
    const value = normaliseIdentifier(rules, type, raw);
    if (value !== undefined) found.push({ type, value });
  };
  add('userId', event.userId);
  if (event.type === 'identify' && event.traits) {
    add('email', event.traits.email);
    add('phone', event.traits.phone);
  }
  add('anonymousId', event.anonymousId);
  return found;
}
