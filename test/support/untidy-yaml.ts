import { randomExpression } from '../cel/interpret/random-expression.ts';
import { pick } from './seeded.ts';

export type Plain = string | number | boolean | null | readonly Plain[] | { readonly [key: string]: Plain };

/** A random untidy policy file: all styles, comments anywhere, any indentation. */
export function untidyYaml(random: () => number): string {
  return new Untidy(random).file();
}

/** A random untidy file whose documents have this value, with aliases and merge keys in it. */
export function untidyValue(random: () => number, value: Plain): string {
  return new Untidy(random).fileOf(value);
}

const WORDS = [
  'orders',
  'read',
  'the caller',
  'x',
  'sa',
  'ns shop',
  'ünïcode',
  'e.g. this',
  'a-b_c',
  'text/plain',
] as const;
const ODD = [
  '',
  'a: b',
  'a #b',
  '# no comment',
  "it's",
  'say "so"',
  'back\\slash',
  ' spaces around ',
  'true',
  '12',
  '~',
  '- item',
  '*',
  '&a',
  '!no',
  '{a}',
  '[b]',
  'a, b',
  'tab\there',
  'ends with:',
  'two\nlines',
  'ends with a line\n',
  'several\n\nparagraphs of\ntext\n\n\n',
  '  indented\nfirst',
  'then\n  indented\n',
  '\nleading line',
  '# like a comment\n  and more\n',
  '*like an alias\n\n*too',
  '---\nlike a document',
] as const;
const LONG = [
  'a text that is long enough to be put on several lines, since it goes on and on and has no end in sight',
  'spiffe://acme.example/ns/a-rather-long-namespace/sa/a-service-account-with-a-long-name',
] as const;

class Untidy {
  readonly #random: () => number;
  #comments = 0;
  #anchors: { readonly name: string; readonly isMap: boolean }[] = [];
  #anchorCount = 0;

  constructor(random: () => number) {
    this.#random = random;
  }

  file(document: () => string = () => this.#document()): string {
    let text = this.#chance(0.05) ? '\uFEFF' : '';
    text += this.#gap(0);
    const count = this.#chance(0.7) ? 1 : 2;
    for (let index = 0; index < count; index++) {
      this.#anchors = [];
      if (index > 0 || this.#chance(0.3)) text += `---${this.#trailing()}\n`;
      text += document();
      if (this.#chance(0.1)) text += `...${this.#trailing()}\n`;
    }
    text += this.#gap(0);
    if (this.#chance(0.1)) text = text.replace(/\n+$/, '');
    return this.#chance(0.1) ? text.replaceAll('\n', '\r\n') : text;
  }

  fileOf(value: Plain): string {
    return this.file(() => this.#block(value, 0));
  }

  #document(): string {
    const rules = this.#times(3, (index) => ({
      name: `rule-${index}`,
      effect: pick(this.#random, ['allow', 'deny']),
      match: [{ methods: ['GET'], when: this.#expression() }],
      when: this.#expression(),
    }));
    const spec: Plain = {
      match: [{ hosts: this.#times(this.#chance(0.2) ? 12 : 3, (index) => `host-${index}.acme.svc`) }],
      rules,
      schemas: [{ body: { jsonSchema: this.#plain(4) } }],
      limits: [{ name: 'one', key: [this.#expression(), 'source.principal'], rate: '1/s' }],
      respond: {
        allow: { requestHeaders: { set: { 'x-a': { cel: this.#expression() }, 'x-b': this.#text() } } },
      },
    };
    const metadata = {
      name: 'untidy',
      description: this.#text(),
      controls: this.#times(3, () => this.#text()),
    };
    return this.#block({ apiVersion: 'lictor/v1', kind: 'Policy', metadata, spec }, 0);
  }

  #expression(): string {
    const parts = this.#times(pick(this.#random, [1, 1, 1, 2, 3]), () => randomExpression(this.#random));
    const joined = parts.join(pick(this.#random, [' && ', '||', ' &&  ']));
    return this.#chance(0.1) ? `has(a.b) ? ${joined} : ( ${joined} )` : joined;
  }

  #plain(depth: number): Plain {
    const kind = this.#below(depth > 0 ? 6 : 4);
    if (kind < 3) return this.#text();
    if (kind === 3) return pick(this.#random, [1, -2.5, true, false, null, 1e18]);
    if (kind === 4) return this.#times(4, () => this.#plain(depth - 1));
    return Object.fromEntries(this.#times(4, (index) => [`${this.#key()}${index}`, this.#plain(depth - 1)]));
  }

  #key(): string {
    return pick(this.#random, ['k', 'a key', 'x-', '"', "it's ", 'a: b', '# ', '']);
  }

  #text(): string {
    return pick(this.#random, [
      pick(this.#random, WORDS),
      pick(this.#random, WORDS),
      pick(this.#random, ODD),
      pick(this.#random, LONG),
    ]);
  }

  /** A collection in block style, with its first line indented. */
  #block(value: Plain, indent: number): string {
    const pad = ' '.repeat(indent);
    if (Array.isArray(value)) {
      return value
        .map((item: Plain) => `${this.#gap(indent)}${pad}-${this.#value(item, indent, true)}`)
        .join('');
    }
    const entries = Object.entries(value as { readonly [key: string]: Plain });
    const lines = entries.map(
      ([key, item]) =>
        `${this.#gap(indent)}${pad}${this.#keyText(key, false)}:${this.#value(item, indent, false)}`,
    );
    const merged = this.#anchors.filter(({ isMap }) => isMap);
    const [first, ...others] = merged;
    if (first !== undefined && indent > 4 && this.#chance(0.2)) {
      lines.push(`${pad}<<: *${pick(this.#random, [first, ...others]).name}${this.#trailing()}\n`);
    }
    return lines.join('') + (this.#chance(0.1) ? this.#gap(indent) : '');
  }

  /** The text after `-` or `key:`, with the line end. */
  #value(value: Plain, indent: number, isItem: boolean): string {
    const deeper = indent + 1 + this.#below(4);
    const [first, ...others] = this.#anchors;
    if (first !== undefined && typeof value !== 'object' && indent > 4 && this.#chance(0.05)) {
      return ` *${pick(this.#random, [first, ...others]).name}${this.#trailing()}\n`;
    }
    if (typeof value !== 'object' || value === null) {
      return this.#anchored(false, (props) => `${props}${this.#scalar(value, deeper)}`);
    }
    const isEmpty = Object.keys(value).length === 0;
    if (isEmpty || this.#chance(indent > 2 ? 0.4 : 0)) {
      return this.#anchored(!Array.isArray(value), (props) => {
        const before = this.#chance(0.1) ? `${this.#trailing()}\n${' '.repeat(deeper)}` : ' ';
        return `${props}${before}${this.#flow(value, deeper)}${this.#trailing()}\n`;
      });
    }
    if (isItem && this.#chance(0.6)) {
      const lines = this.#block(value, indent + 2);
      const start = ' '.repeat(indent + 2);
      if (lines.startsWith(start) && !/^ *#/.test(lines)) return ` ${lines.slice(start.length)}`;
      return `${this.#trailing()}\n${lines}`;
    }
    const isLevel = Array.isArray(value) && !isItem && this.#chance(0.3);
    return this.#anchored(
      !Array.isArray(value),
      (props) => `${props}${this.#trailing()}\n${this.#block(value, isLevel ? indent : deeper)}`,
    );
  }

  /** Gives some values an anchor, which aliases may use after the value. */
  #anchored(isMap: boolean, write: (props: string) => string): string {
    if (!this.#chance(0.06)) return write('');
    const name = `n${this.#anchorCount++}`;
    const text = write(` &${name}`);
    this.#anchors.push({ name, isMap });
    return text;
  }

  #scalar(value: string | number | boolean | null, indent: number): string {
    const pad = ' '.repeat(indent);
    if (typeof value === 'string' && this.#chance(0.3)) {
      const block = this.#literal(value, pad);
      if (block !== undefined) return ` ${block}`;
    }
    const before = this.#chance(0.05) ? `${this.#trailing()}\n${this.#gap(indent, true)}${pad}` : ' ';
    const text =
      typeof value === 'string'
        ? this.#quotes(value, pad, false)
        : value === null && this.#chance(0.3)
          ? ''
          : String(value);
    return `${text === '' ? '' : before}${text}${this.#trailing()}\n`;
  }

  /** A literal or folded block scalar; undefined if the value cannot be one. */
  #literal(value: string, pad: string): string | undefined {
    const body = value.replace(/\n+$/, '');
    const ends = value.length - body.length;
    if (body.trim() === '' || /^\s|\t/.test(body)) return undefined;
    const chomping = ends === 0 ? '-' : ends === 1 ? '' : '+';
    const isFolded = !body.includes('\n') && this.#chance(0.5);
    const written = isFolded ? this.#wrapped(body, pad) : body;
    const lines = written
      .split('\n')
      .map((line) => (line === '' || line.startsWith(pad) ? line : pad + line));
    const comment = this.#trailing();
    const rest = ends > 1 ? '\n'.repeat(ends - 1) : '';
    return `${isFolded ? '>' : '|'}${chomping}${comment}\n${lines.join('\n')}\n${rest}`;
  }

  #flow(value: Plain, indent: number): string {
    if (typeof value === 'string') return this.#quotes(value, ' '.repeat(indent), true);
    if (typeof value !== 'object' || value === null) return String(value);
    const space = (): string => {
      if (!this.#chance(0.12)) return pick(this.#random, ['', ' ']);
      return `${this.#trailing()}\n${this.#chance(0.1) ? '\n' : ''}${' '.repeat(indent)}`;
    };
    const end = this.#chance(0.1) ? ',' : '';
    if (Array.isArray(value)) {
      const items = value.map((item: Plain) => space() + this.#flow(item, indent) + space());
      return `[${items.join(',')}${items.length > 0 ? end : ''}${space()}]`;
    }
    const entries = Object.entries(value).map(
      ([key, item]) => `${space()}${this.#keyText(key, true)}: ${this.#flow(item, indent)}${space()}`,
    );
    return `{${entries.join(',')}${entries.length > 0 ? end : ''}${space()}}`;
  }

  #keyText(key: string, isInFlow: boolean): string {
    return this.#quotes(key, undefined, isInFlow);
  }

  /** `pad` indents further lines; the text stays on one line if undefined. */
  #quotes(value: string, pad: string | undefined, isInFlow: boolean): string {
    const isPlain = /^[A-Za-z][\w./()=! -]*[\w)]$/.test(value) && !/^(true|false|null)$/i.test(value);
    const style = pick(this.#random, isPlain ? ['plain', 'plain', 'single', 'double'] : ['single', 'double']);
    const wrap = (text: string): string =>
      pad === undefined || !this.#chance(0.2) ? text : this.#wrapped(text, pad);
    if (style === 'plain') return isInFlow ? value : wrap(value);
    if (style === 'single' && !value.includes('\n')) return `'${wrap(value.replaceAll("'", "''"))}'`;
    return wrap(JSON.stringify(value));
  }

  /** Breaks a text at single spaces; YAML folds the breaks to spaces again. */
  #wrapped(text: string, pad: string): string {
    return text.replaceAll(/(?<=[^\s\\"'#-]) (?=[A-Za-z(])/g, () =>
      this.#chance(0.3) ? `${this.#chance(0.3) ? ' ' : ''}\n${pad}` : ' ',
    );
  }

  /** Blank lines and a comment. A comment before a scalar must be indented at least as far as the scalar. */
  #gap(indent: number, isStraight = false): string {
    let text = this.#chance(0.1) ? '\n'.repeat(this.#below(3) + 1) : '';
    if (this.#chance(0.1)) {
      const column = isStraight || this.#chance(0.7) ? indent : this.#below(8);
      text += `${' '.repeat(column)}${this.#comment()}\n`;
      if (this.#chance(0.3)) text += '\n';
    }
    return text;
  }

  #trailing(): string {
    return this.#chance(0.08)
      ? `${pick(this.#random, [' ', '   '])}${this.#comment()}`
      : pick(this.#random, ['', '', ' ']);
  }

  #comment(): string {
    return `#${pick(this.#random, [' ', '', '# '])}comment ${this.#comments++}${pick(this.#random, ['', ' ', ': [x'])}`;
  }

  #times<T>(most: number, make: (index: number) => T): T[] {
    return Array.from({ length: this.#below(most) + 1 }, (_, index) => make(index));
  }

  #below(end: number): number {
    return Math.floor(this.#random() * end);
  }

  #chance(share: number): boolean {
    return this.#random() < share;
  }
}
