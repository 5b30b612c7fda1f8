import { parse } from 'node:querystring';

/** Names and values of a query string or form, as one kind of service reads them. */
export type Pairs = readonly (readonly [name: string, value: string])[];

/** Ways in which services read a query string or form, written without the code of Lictor. */
export const TEXT_READERS: readonly ((text: string) => Pairs)[] = [
  // WHATWG URL, section 5.1: browsers, Node, Deno, most of Rust.
  (text) => [...new URLSearchParams(`?${text}`)],
  // Node's `querystring`, which reads what is not UTF-8 byte by byte.
  (text) =>
    Object.entries(parse(text, '&', '=', { maxKeys: 0 })).flatMap(([name, values]) =>
      [values ?? []].flat().map((value) => [name, value] as const),
    ),
  // Python before 3.10 and Rack before 3 also separate by `;`.
  (text) => text.split(/[&;]/).flatMap((part) => [...new URLSearchParams(`?${part}`)]),
  // ASP.NET ignores case.
  (text) => [...new URLSearchParams(`?${text}`)].map(([name, value]) => [name.toLowerCase(), value]),
  // PHP writes `_` for a dot and a space in a name, and skips spaces before it.
  (text) =>
    [...new URLSearchParams(`?${text}`)].map(([name, value]) => [
      name.trimStart().replace(/^[^[]*/, (start) => start.replaceAll(/[. ]/g, '_')),
      value,
    ]),
  // Express with `allowDots`: members after a dot.
  (text) =>
    [...new URLSearchParams(`?${text}`)].map(([name, value]) => [name.replaceAll(/\.(\w+)/g, '[$1]'), value]),
  // A second decoding, as of a gateway before the service.
  (text) => [...new URLSearchParams(`?${text}`)].map(([name, value]) => [decodedAgain(name), value] as const),
];

function decodedAgain(text: string): string {
  return (
    [...new URLSearchParams(`x=${text.replaceAll('&', '%26').replaceAll('+', '%2B')}`).values()][0] ?? ''
  );
}

/** Values of a name, also with empty or numbered brackets after it. */
export function valuesOf(pairs: Pairs, name: string): readonly string[] {
  return pairs.filter(([each]) => each.replace(/\[\d*\]$/, '') === name).map(([, value]) => value);
}

/** Number of characters. */
export function lengthOf(text: string): number {
  return Array.from(text).length;
}
