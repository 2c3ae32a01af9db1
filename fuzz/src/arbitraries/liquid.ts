import fc from 'fast-check';
import { path } from './logic.js';
import { anyText } from './text.js';

// biome-ignore format: a list reads better in few lines
const FILTERS = (
  'escape xml_escape escape_once newline_to_br strip_html abs at_least at_most ceil divided_by floor minus plus modulo times ' +
  'round url_decode url_encode cgi_escape uri_escape slugify join last first reverse sort sort_natural size map sum compact ' +
  'concat push unshift pop shift slice where reject where_exp reject_exp group_by group_by_exp has has_exp find_index ' +
  'find_index_exp find find_exp uniq sample date date_to_xmlschema date_to_rfc822 date_to_string date_to_long_string append ' +
  'prepend lstrip downcase upcase remove remove_first remove_last rstrip split strip strip_newlines squish capitalize replace ' +
  'replace_first replace_last truncate truncatewords normalize_whitespace number_of_words array_to_sentence_string ' +
  'base64_encode base64_decode sha256 hmac_sha256 default raw jsonify to_integer json inspect constructor __proto__ toString'
).split(' ');

const quoted = (text: string) => (text.includes('"') ? `'${text.replaceAll("'", '')}'` : `"${text}"`);

const operand: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: path.map((text) => text || 'event') },
  { weight: 2, arbitrary: anyText.map(quoted) },
  { weight: 2, arbitrary: fc.integer({ min: -1_000, max: 1_000 }).map(String) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '(1..1000000000)',
      '(1..5000)',
      '(1..event.properties.list.size)',
      '(-1e9..1e300)',
      'nil',
      'true',
      'empty',
      'blank',
      '999999999999',
      '-1',
      'forloop',
      'x',
      'event["__proto__"]',
      'event[event.type]',
      'event.properties.list[0]',
      'event.properties[(1..9)]',
      '"now"',
      '"%Y %999999999d %z %s"',
      '"((a+)+)+$"',
    ),
  },
);

const filter: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom(...FILTERS), fc.array(operand, { maxLength: 3 }))
  .map(([name, args]) => (args.length === 0 ? name : `${name}: ${args.join(', ')}`));

const expression: fc.Arbitrary<string> = fc
  .tuple(operand, fc.array(filter, { maxLength: 4 }))
  .map(([value, filters]) => [value, ...filters].join(' | '));

const test: fc.Arbitrary<string> = fc
  .tuple(operand, fc.constantFrom('==', '!=', '>', '<', 'contains', 'and', 'or', '~'), operand)
  .map((parts) => parts.join(' '));

type Wrap = (expression: string, test: string, body: string) => string;

/** Tags around a body, right ones and wrong ones. */
const WRAPS: readonly Wrap[] = [
  (e, _t, b) => `{% for x in ${e} %}${b}{% endfor %}`,
  (e, _t, b) => `{% for x in ${e} limit:1000000 offset:continue reversed %}${b}{% else %}none{% endfor %}`,
  (_e, _t, b) => `{% for x in (1..1000000000) %}${b}{% endfor %}`,
  (_e, _t, b) => `{% for x in (1..300) %}${b}{% endfor %}`,
  (e, _t, b) => `{% tablerow x in ${e} cols:0 %}${b}{% endtablerow %}`,
  (_e, _t, b) => `{% tablerow x in (1..1000000000) cols:1000000000 %}${b}{% endtablerow %}`,
  (_e, t, b) => `{% if ${t} %}${b}{% elsif ${t} %}${b}{% else %}${b}{% endif %}`,
  (_e, t, b) => `{% unless ${t} %}${b}{% endunless %}`,
  (e, _t, b) => `{% case ${e} %}{% when 1, "a" or nil %}${b}{% else %}${b}{% endcase %}`,
  (_e, _t, b) => `{% capture x %}${b}{% endcapture %}{{ x }}${b}`,
  (_e, _t, b) => `{% capture x %}{{ x }}{{ x }}{{ x }}{% endcapture %}${b}`,
  (e, _t, b) => `{% assign x = ${e} %}${b}`,
  (e, _t, b) => `{% assign x = x | append: x | concat: ${e} %}${b}`,
  (e, _t, b) => `{% cycle ${e}, "a" %}${b}{% increment x %}{% decrement x %}`,
  (_e, _t, b) => `{% raw %}${b}{% endraw %}`,
  (_e, _t, b) => `{% comment %}${b}{% endcomment %}`,
  (e, _t, b) => `{% liquid\n echo ${e}\n assign x = ${e}\n%}${b}`,
  (e, _t, b) => `{% include ${e} %}${b}`,
  (_e, _t, b) => `{% include "./x" %}{% render "../../../../etc/passwd" %}${b}`,
  (_e, _t, b) => `{% layout "x" %}{% block a %}${b}{% endblock %}`,
  (_e, _t, b) => `{% # ${b} %}{% break %}{% continue %}`,
  (_e, _t, b) => `{% if ${b}`,
  (e, _t, b) => `{%- ${e} -%}${b}{% endif %}`,
  (_e, _t, b) => `${b}{{`,
  (_e, _t, b) => `{% if true %}`.repeat(400) + b + `{% endif %}`.repeat(400),
  (e) => `{{ ${e}${' | append: event.properties.text'.repeat(60)} }}`,
  (e) => `{% assign x = ${e} %}${'{% assign x = x | append: x %}'.repeat(40)}{{ x }}`,
  (e) => `{% assign x = ${e} | split: "" %}${'{% assign x = x | concat: x %}'.repeat(40)}{{ x | size }}`,
  (e) => `{{ ${e} | replace: "a", event.properties.text | replace: "a", event.properties.text }}`,
  (e) => `{{ event.properties.text | split: "" | join: event.properties.text | ${e} }}`,
];

const { template } = fc.letrec<{ template: string; piece: string; wrapped: string }>((tie) => ({
  piece: fc.oneof(
    { weight: 2, arbitrary: anyText },
    { weight: 5, arbitrary: expression.map((text) => `{{ ${text} }}`) },
  ),
  wrapped: fc
    .tuple(fc.constantFrom(...WRAPS), expression, test, tie('template'))
    .map(([wrap, e, t, body]) => wrap(e, t, body)),
  template: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    { weight: 3, arbitrary: tie('piece') },
    { weight: 4, arbitrary: tie('wrapped') },
    { weight: 1, arbitrary: fc.tuple(tie('template'), tie('template')).map((parts) => parts.join('')) },
  ),
}));

export const anyTemplate: fc.Arbitrary<string> = template;
