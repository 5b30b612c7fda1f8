import { RequestHead } from './stream.ts';

/** Characters of a field name: a token in lower case (RFC 9110 section 5.6.2, RFC 9113 section 8.2.1). */
const NAME = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;

/** Forbidden in a value: NUL, CR, LF, and blanks around it (RFC 9113 section 8.2.1). */
const BAD_VALUE = /[\0\r\n]|^[ \t]|[ \t]$/;

/** Fields of one connection of HTTP/1.1, which no message of HTTP/2 has (RFC 9113 section 8.2.2). */
const CONNECTION_FIELDS: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
]);

/** Members of a head by pseudo-header. */
const PSEUDO_HEADERS = {
  ':method': 'method',
  ':path': 'path',
  ':scheme': 'scheme',
  ':authority': 'authority',
} as const;

/** Bytes that a field counts beyond its name and value. */
const FIELD_OVERHEAD = 32;

/** Fields with rules of their own, also if everything else of a request is as before. */
const RULED_FIELDS: ReadonlySet<string> = new Set(['te', 'content-length', 'host']);

/**
 * Reads the fields of a header list into heads, and finds the mistakes of malformed requests. Requests of a proxy differ
 * in few fields: those that are as in the request before need no second judgement, and its route is taken over.
 */
export class HeadBuilder {
  /** Names of the fields that a route depends on. */
  readonly #routeFields: ReadonlySet<string>;
  #head = new RequestHead();
  #isTrailers = false;
  /** Last request without a mistake. */
  #before: RequestHead | undefined;
  /** All fields so far are those of `#before`, but for values that no rule and no route depends on. */
  #isAsBefore = false;
  #hasFields = false;

  constructor(routeFields: ReadonlySet<string>) {
    this.#routeFields = routeFields;
  }

  /** Begins with another list. */
  open(isTrailers: boolean): void {
    this.#head = new RequestHead();
    this.#isTrailers = isTrailers;
    this.#isAsBefore = !isTrailers && this.#before !== undefined;
    this.#hasFields = false;
  }

  /** Adds a field. */
  readonly add = (name: string, value: string): void => {
    const head = this.#head;
    head.bytes += name.length + value.length + FIELD_OVERHEAD;
    head.names.push(name);
    head.values.push(value);
    if (this.#isAsBefore) {
      if (this.#isField(head.names.length - 1, name, value)) return;
      this.#judgeAll(head.names.length - 1);
    }
    this.#judge(name, value);
  };

  /** The head, with its mistake if there is one. `isTooLarge`: fields are missing. */
  close(isTooLarge: boolean): RequestHead {
    const head = this.#head;
    head.isTooLarge = isTooLarge;
    if (this.#isAsBefore && !isTooLarge && head.names.length === this.#before?.names.length) {
      head.takeOver(this.#before);
      return head;
    }
    if (this.#isAsBefore) this.#judgeAll(head.names.length);
    if (this.#isTrailers || isTooLarge) return head;
    head.mistake ??= missing(head);
    if (head.mistake === undefined) this.#before = head;
    return head;
  }

  /** True if the request before has the field at this place, or one that differs without consequences. */
  #isField(at: number, name: string, value: string): boolean {
    const before = this.#before;
    if (before?.names[at] !== name) return false;
    if (before.values[at] === value) return true;
    const isFree = !name.startsWith(':') && !RULED_FIELDS.has(name) && !this.#routeFields.has(name);
    return isFree && !BAD_VALUE.test(value);
  }

  /** Judges so many fields that seemed to be as before. */
  #judgeAll(count: number): void {
    this.#isAsBefore = false;
    const { names, values } = this.#head;
    for (let at = 0; at < count; at += 1) this.#judge(names[at] ?? '', values[at] ?? '');
  }

  #judge(name: string, value: string): void {
    this.#head.mistake ??= name.startsWith(':') ? this.#pseudo(name, value) : this.#field(name, value);
  }

  #pseudo(name: string, value: string): string | undefined {
    if (this.#isTrailers) return 'a pseudo-header in trailers';
    if (this.#hasFields) return 'a pseudo-header after another field';
    if (!isPseudo(name)) return 'an unknown pseudo-header';
    if (value === '') return 'an empty pseudo-header';
    if (BAD_VALUE.test(value)) return 'a pseudo-header with a forbidden character';
    const head = this.#head;
    const member = PSEUDO_HEADERS[name];
    if (head[member] !== '') return 'a repeated pseudo-header';
    head[member] = value;
    return undefined;
  }

  #field(name: string, value: string): string | undefined {
    this.#hasFields = true;
    if (!NAME.test(name)) return 'a field name with a forbidden character';
    if (BAD_VALUE.test(value)) return 'a field value with a forbidden character';
    if (CONNECTION_FIELDS.has(name)) return `the field ${name}`;
    if (name === 'te')
      return value === 'trailers' ? undefined : 'the field te with another value than trailers';
    if (name === 'content-length') return addLength(this.#head, value);
    return undefined;
  }
}

function isPseudo(name: string): name is keyof typeof PSEUDO_HEADERS {
  return Object.hasOwn(PSEUDO_HEADERS, name);
}

function addLength(head: RequestHead, value: string): string | undefined {
  const length = /^\d{1,15}$/.test(value) ? Number(value) : -1;
  if (length < 0 || (head.contentLength >= 0 && head.contentLength !== length)) {
    return 'a content-length that is not one number';
  }
  head.contentLength = length;
  return undefined;
}

/** A request has a method, a scheme and a path; CONNECT only an authority (RFC 9113 sections 8.3.1 and 8.5). */
function missing(head: RequestHead): string | undefined {
  if (head.method === '') return 'no method';
  if (head.method === 'CONNECT') {
    return head.scheme !== '' || head.path !== '' || head.authority === ''
      ? 'a CONNECT with other pseudo-headers than its authority'
      : undefined;
  }
  if (head.scheme === '' || head.path === '') return 'no scheme or no path';
  const host = head.value('host') ?? head.authority;
  if (host === '') return 'no authority';
  return head.authority !== '' && host !== head.authority ? 'a host that is not the authority' : undefined;
}
