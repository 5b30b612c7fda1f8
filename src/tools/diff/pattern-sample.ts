/** Most characters of a sample, and levels of groups. */
const MOST = 200;

/** A text that a simple RE2 pattern finds; undefined for one with parts that are not understood here. */
export function sampleOfPattern(pattern: string): string | undefined {
  const reader = new PatternReader(pattern);
  const sample = reader.alternatives();
  return reader.isDone ? sample : undefined;
}

const CLASSES: Readonly<Record<string, string>> = { d: '0', w: 'x', s: ' ', D: 'x', W: '-', S: 'x' };

class PatternReader {
  readonly #text: string;
  #at = 0;
  #isUnknown = false;

  constructor(text: string) {
    this.#text = text;
  }

  get isDone(): boolean {
    return !this.#isUnknown && this.#at === this.#text.length;
  }

  /** The sample of the first alternative; the others are passed over. */
  alternatives(): string {
    const first = this.#sequence();
    while (this.#take('|')) this.#sequence();
    return first;
  }

  #sequence(): string {
    let sample = '';
    while (this.#at < this.#text.length && !'|)'.includes(this.#text.charAt(this.#at))) {
      if (sample.length > MOST) this.#isUnknown = true;
      if (this.#isUnknown) return sample;
      const one = this.#one();
      sample += one.repeat(this.#times());
    }
    return sample;
  }

  #one(): string {
    const char = this.#text.charAt(this.#at++);
    if (char === '^' || char === '$') return '';
    if (char === '.') return 'x';
    if (char === '(') return this.#group();
    if (char === '[') return this.#class();
    return char === '\\' ? this.#escape() : char;
  }

  #group(): string {
    if (this.#take('?:') || !this.#text.startsWith('?', this.#at)) {
      const inner = this.alternatives();
      if (!this.#take(')')) this.#isUnknown = true;
      return inner;
    }
    this.#isUnknown = true;
    return '';
  }

  #class(): string {
    const end = this.#text.indexOf(']', this.#at + 1);
    const inner = this.#text.slice(this.#at, end);
    this.#at = end + 1;
    if (end < 0 || inner.startsWith('^') || inner.startsWith('[')) this.#isUnknown = true;
    return inner.startsWith('\\') ? (CLASSES[inner.charAt(1)] ?? inner.charAt(1)) : inner.charAt(0);
  }

  #escape(): string {
    const char = this.#text.charAt(this.#at++);
    if (char === 'b' || char === 'A' || char === 'z') return '';
    if (/[a-zA-Z0-9]/.test(char) && CLASSES[char] === undefined) this.#isUnknown = true;
    return CLASSES[char] ?? char;
  }

  /** As often as the quantifier asks for at least, but once if it may be left out. */
  #times(): number {
    const [whole, least] = /^(?:[*+?]|\{(\d+)(?:,\d*)?\})\??/.exec(this.#text.slice(this.#at)) ?? [];
    if (whole === undefined) return 1;
    this.#at += whole.length;
    return Math.min(Number(least ?? 1), MOST);
  }

  #take(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }
}
