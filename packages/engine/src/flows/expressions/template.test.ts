import { describe, expect, it } from 'vitest';
import { createExpressions, type Scope } from './index.js';
import { createTemplates } from './template.js';

const templates = createTemplates();
const render = (template: string, scope: object) => templates.render(templates.parse(template), scope);

describe('templates', () => {
  it('fills in values, conditions and loops', () => {
    const scope = { event: { traits: { name: 'Ada' }, items: [1, 2] } };
    expect(render('Hi {{ event.traits.name | upcase }}{% for i in event.items %} {{ i }}{% endfor %}', scope)).toBe(
      'Hi ADA 1 2',
    );
  });

  it('sees own properties only', () => {
    for (const path of ['event.constructor.name', 'event.__proto__', 'event.toString', 'event.list.map'])
      expect(render(`[{{ ${path} }}]`, { event: { list: [] } })).toBe('[]');
  });

  it.each([
    "{% include 'x' %}",
    "{% render 'x' %}",
    "{% layout 'x' %}",
    '{% increment event %}',
    '{% if %}',
    '{{ a | nofilter: }',
    'x'.repeat(20_001),
  ])('refuses %.20s when it is parsed', (template) => {
    expect(() => templates.parse(template)).toThrowError(expect.objectContaining({ code: 'TEMPLATE_SYNTAX' }));
  });

  it.each([
    '{% for i in (1..100000000) %}x{% endfor %}',
    '{% for i in (1..3000) %}{% for j in (1..3000) %}x{% endfor %}{% endfor %}',
    "{% assign s = 'xxxxxxxxxx' %}{% for i in (1..60) %}{% assign s = s | append: s %}{% endfor %}{{ s }}",
  ])('ends %s', (template) => {
    const started = performance.now();
    expect(() => render(template, {})).toThrowError(expect.objectContaining({ name: 'ExpressionError' }));
    expect(performance.now() - started).toBeLessThan(3_000);
  });
});

describe('expressions', () => {
  it('ask for the profile only when it is used', () => {
    let asked = 0;
    const scope = {
      event: null,
      get profile() {
        asked++;
        return null;
      },
      session: null,
      input: { a: [5] },
      now: '2026-01-01T00:00:00.000Z',
    } satisfies Scope;
    const expressions = createExpressions();
    expect(expressions.read('input.a.0', scope)).toBe(5);
    expect(expressions.read('input.constructor', scope)).toBeUndefined();
    expect(expressions.test({ '==': [{ var: 'now' }, '2026-01-01T00:00:00.000Z'] }, scope)).toBe(true);
    expect(expressions.render('{{ input.a[0] }}', scope)).toBe('5');
    expect(asked).toBe(0);
    expressions.read('profile.id', scope);
    expect(asked).toBe(1);
  });
});
