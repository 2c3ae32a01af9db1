import type { EmittedEvent, Event, Json, RunContext, SessionView } from '@tributary/sdk';
import type { Expressions, Scope } from '../expressions/index.js';
import type { PassageInput } from '../types.js';

/** The names that conditions and templates read; the profile's view is made only when asked for. */
export function scopeOf(input: PassageInput, nodeInput: Json): Scope {
  return {
    event: input.event,
    get profile() {
      return input.profile.view();
    },
    session: input.session ?? null,
    input: nodeInput,
    now: input.now,
  };
}

/** What a plugin works with at one visit of one node. */
export function makeContext(
  input: PassageInput,
  nodeInput: Json,
  expressions: Expressions,
  emit: (event: EmittedEvent) => void,
): RunContext {
  const scope = scopeOf(input, nodeInput);
  const event: Event = input.event;
  const session: SessionView | undefined = input.session;
  return {
    event,
    profile: input.profile,
    session,
    input: nodeInput,
    now: input.now,
    test: (rule) => expressions.test(rule, scope),
    read: (path) => expressions.read(path, scope),
    render: (template) => expressions.render(template, scope),
    emit,
  };
}
