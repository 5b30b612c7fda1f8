import { compiled, documentOf, judged } from '../support/openapi.ts';
import { inserted } from './openapi-parameters.ts';
import { lengthOf, type Pairs, TEXT_READERS, valuesOf } from './text-readers.ts';

const SCHEMA = {
  type: 'object',
  required: ['name'],
  additionalProperties: false,
  properties: {
    name: { type: 'string', maxLength: 5, pattern: '^[^<>]*$' },
    count: { type: 'integer', minimum: 1, maximum: 9 },
    tags: { type: 'array', maxItems: 3, items: { type: 'string', maxLength: 3 } },
    file: { type: 'string', format: 'binary' },
  },
} as const;

const content = {
  'application/x-www-form-urlencoded': { schema: SCHEMA },
  'multipart/form-data': { schema: SCHEMA },
};
const API = compiled(documentOf({ '/items': { post: { requestBody: { required: true, content } } } }));

function isAllowed(type: string, body: string | Uint8Array): boolean {
  return (
    judged(API, { method: 'POST', path: '/items', headers: { 'content-type': type }, body }) === undefined
  );
}

/** True if fields, as a service reads them, fit. */
function fits(pairs: Pairs): boolean {
  const [name = '', ...names] = valuesOf(pairs, 'name');
  const counts = valuesOf(pairs, 'count');
  const tags = valuesOf(pairs, 'tags');
  return (
    pairs.every(([each]) => /^(?:name|count|file|tags(?:\[\d*\])?)$/.test(each)) &&
    pairs.some(([each]) => each === 'name') &&
    names.length === 0 &&
    valuesOf(pairs, 'file').length < 2 &&
    lengthOf(name) <= 5 &&
    !/[<>]/.test(name) &&
    counts.length < 2 &&
    counts.every((each) => /^[1-9]$/.test(each)) &&
    tags.length < 4 &&
    tags.every((each) => lengthOf(each) <= 3)
  );
}

interface Counts {
  readonly allowed: number;
  readonly refused: number;
}

const VALUES = ['1', '9', '10', '0', '-1', '1.0', '01', 'x', '', 'abc', 'abcd', 'abcdef', '<b>', 'null', 'é'];
const FIELDS = [
  'name',
  'Name',
  'name[]',
  'count',
  'COUNT',
  'tags',
  'tags[]',
  'tags[0]',
  'file',
  'other',
  '__proto__',
  '',
  '_charset_',
];
const ODD = [
  '%',
  '%2',
  '%3C',
  '%253C',
  '%26',
  '%3B',
  '%3D',
  '%5B%5D',
  '%00',
  '%FF',
  '%C3%A9',
  '%E2%82',
  '%u003C',
  '&',
  '&&',
  ';',
  ';count=0',
  '=',
  '+',
  ' ',
  '[',
  ']',
  '.',
  '?',
  '\t',
  '\r\n',
  '&name=abcdef',
  '&count=99',
  '<',
  'é',
  'abcdef',
];

/** Compares the forms that Lictor accepts with what services read in them. */
export function runForms(
  count: number,
  random: () => number,
  progress: (round: number) => void = () => {},
): Counts {
  const one = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;
  const counts = { allowed: 0, refused: 0 };
  for (let round = 1; round <= count; round += 1) {
    const fields = [
      'name=Ann',
      ...['count=5', 'tags=a', 'tags=bcd', 'file=%00x'].filter(() => random() < 0.5),
    ];
    const left = Math.floor(random() * 4);
    for (let step = 0; step < left; step += 1) {
      const at = Math.floor(random() * fields.length);
      const field = fields[at] ?? '';
      const kind = random();
      if (kind < 0.3) fields.push(`${one(FIELDS)}=${one(VALUES)}`);
      else if (kind < 0.5) fields[at] = `${field.split('=')[0] ?? ''}=${one(VALUES)}`;
      else if (kind < 0.6) fields.splice(at, 1);
      else fields[at] = inserted(field, random, one(ODD));
    }
    const body = fields.join('&');
    const accepted = isAllowed('application/x-www-form-urlencoded', body);
    counts[accepted ? 'allowed' : 'refused'] += 1;
    const everywhere = TEXT_READERS.every((read) => fits(read(body)));
    const isPlain = fields.every((each) => /^(?:name|count|tags|file)=[\w.<>-]*$/.test(each));
    check(accepted, everywhere, isPlain, left, `round ${round}: ${JSON.stringify(body)}`);
    progress(round);
  }
  return counts;
}

function check(accepted: boolean, fitting: boolean, isPlain: boolean, changes: number, said: string): void {
  if (accepted && !fitting) throw new Error(`a form was let through that does not fit, ${said}`);
  if (!accepted && (changes === 0 || (isPlain && fitting)))
    throw new Error(`a form was refused that fits, ${said}`);
}

interface FormPart {
  name: string;
  text: string;
  more: string;
}

const HEADERS = [
  '; filename="x"',
  '; filename=""',
  "; filename*=UTF-8''x",
  '; name="count"',
  '\r\nContent-Type: text/plain',
  '\r\nContent-Type: text/plain; charset=utf-16',
  '\r\nContent-Type: application/json',
  '\r\nContent-Transfer-Encoding: base64',
  '\r\nContent-Disposition: form-data; name="count"',
  ';\r\n filename="y"',
  '\r\nX-Other: 1',
];
const BREAKS = [
  '\r\n--b\r\nContent-Disposition: form-data; name="count"\r\n\r\n99',
  '\n--b\nContent-Disposition: form-data; name="count"\n\n99',
  '\r\n--b--\r\n',
  '\r\n--b',
  '--b',
  '\r\n',
  '\n',
  '\r\n\r\n',
  '"',
  '\\"',
  '%22',
  '\u0000',
  '<',
  'é',
  ' ',
  '--b \r\n',
  '\r\n--B\r\n',
];

/** Compares the multipart bodies that Lictor accepts with what services read in them. */
export async function runMultipart(
  count: number,
  random: () => number,
  progress: (round: number) => void = () => {},
): Promise<Counts> {
  const one = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;
  const counts = { allowed: 0, refused: 0 };
  for (let round = 1; round <= count; round += 1) {
    const parts: FormPart[] = [{ name: 'name', text: 'Ann', more: '' }];
    if (random() < 0.5) parts.push({ name: 'count', text: '5', more: '' });
    if (random() < 0.5) parts.push({ name: 'tags', text: 'abc', more: '' });
    if (random() < 0.5) parts.push({ name: 'file', text: '\u0000<>', more: FILE });
    const left = Math.floor(random() * 4);
    for (let step = 0; step < left; step += 1) changePart(parts, random, one);
    let body = written(parts);
    const isBroken = left > 0 && random() < 0.3;
    if (isBroken) body = inserted(body, random, one(BREAKS));
    const accepted = isAllowed('multipart/form-data; boundary=b', body);
    counts[accepted ? 'allowed' : 'refused'] += 1;
    const said = `round ${round}: ${JSON.stringify(body)}`;
    const isPlain = !isBroken && parts.every(isPlainPart) && parts.filter(isFile).length < 2;
    // oxlint-disable-next-line no-await-in-loop -- one body at a time
    const everywhere = fits(lenientFields(body)) && (await fitsPlatform(body));
    check(accepted, everywhere, isPlain, left, said);
    progress(round);
  }
  return counts;
}

const FILE = '; filename="a.bin"';

function isFile({ name }: FormPart): boolean {
  return name === 'file';
}

function isPlainPart(part: FormPart): boolean {
  const { name, text, more } = part;
  // A delimiter is read differently where other text follows it.
  if (/--|[\r\n]/.test(text)) return false;
  if (isFile(part)) return more === FILE;
  return /^(?:name|count|tags)$/.test(name) && more === '' && /^[\w.<>-]*$/.test(text);
}

function changePart(parts: FormPart[], random: () => number, one: <T>(of: readonly T[]) => T): void {
  const part = parts[Math.floor(random() * parts.length)];
  const kind = random();
  if (part === undefined || kind < 0.3) parts.push({ name: one(FIELDS), text: one(VALUES), more: '' });
  else if (kind < 0.5) part.text = one(VALUES);
  else if (kind < 0.6) parts.splice(parts.indexOf(part), 1);
  else if (kind < 0.8) part.more += one(HEADERS);
  else if (kind < 0.9) part.text = inserted(part.text, random, one(BREAKS));
  else part.name = inserted(part.name, random, one(BREAKS));
}

function written(parts: readonly FormPart[]): string {
  const texts = parts.map(
    ({ name, text, more }) =>
      `--b\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n${text}\r\n`,
  );
  return `${texts.join('')}--b--\r\n`;
}

/** What a service reads that takes any line end, any order and the last of everything. Files are left out. */
function lenientFields(body: string): Pairs {
  return body
    .split(/(?:^|\r?\n)--b(?!-)/)
    .slice(1)
    .flatMap((part) => {
      const [, head = '', text = ''] = /^[ \t]*\r?\n([^]*?)\r?\n\r?\n([^]*)$/.exec(part) ?? [];
      const names = [...head.matchAll(/[; ]name="?((?:\\"|[^";\r\n])*)/gi)].map(([, name = '']) => name);
      const isFile = /filename/i.test(head) && names.at(-1) === 'file';
      const end = text.search(/\r?\n--b--/);
      const value = end === -1 ? text : text.slice(0, end);
      return names.length === 0 || isFile ? [] : [[names.at(-1) ?? '', value] as const];
    });
}

/** True if the reader of the platform finds fields that fit, or none because the body is malformed for it. */
async function fitsPlatform(body: string): Promise<boolean> {
  const headers = { 'content-type': 'multipart/form-data; boundary=b' };
  let form: FormData;
  try {
    // oxlint-disable-next-line typescript/no-deprecated -- a second reader, for short bodies
    form = await new Response(body, { headers }).formData();
  } catch {
    return true;
  }
  const pairs = [...form].filter(([name, value]) => name !== 'file' || typeof value === 'string');
  const texts = await Promise.all(
    pairs.map(
      async ([name, value]) => [name, typeof value === 'string' ? value : await value.text()] as const,
    ),
  );
  return fits(texts);
}
