/** Characters of RFC 3986, appendix A, and of RFC 3987, section 2.2: those of IRIs beside those of URIs. */
const ENCODED = '%[0-9A-Fa-f]{2}';
const DELIMITERS = "!$&'()*+,;=";
const PLAIN = 'A-Za-z0-9._~\\-';
const PRIVATE = '\\ue000-\\uf8ff\\u{f0000}-\\u{ffffd}\\u{100000}-\\u{10fffd}';
const UCSCHAR = `\\u00a0-\\ud7ff\\uf900-\\ufdcf\\ufdf0-\\uffef${planes()}`;

/** Planes 1 to 14, each without its last two code points, which are no characters. */
function planes(): string {
  return Array.from({ length: 14 }, (_, at) => {
    const plane = (at + 1).toString(16);
    return `\\u{${plane}${at === 13 ? '1' : '0'}000}-\\u{${plane}fffd}`;
  }).join('');
}

/** Expressions for the parts of a URI, or with further letters for those of an IRI. */
interface Grammar {
  readonly userinfo: RegExp;
  readonly name: RegExp;
  readonly path: RegExp;
  readonly query: RegExp;
  readonly fragment: RegExp;
}

function grammar(letters: string, privates: string): Grammar {
  const of = (more: string): RegExp =>
    new RegExp(`^(?:[${PLAIN}${letters}${DELIMITERS}${more}]|${ENCODED})*$`, 'u');
  return {
    userinfo: of(':'),
    name: of(''),
    path: of(':@/'),
    query: of(`:@/?${privates}`),
    fragment: of(':@/?'),
  };
}

const URI = grammar('', '');
const IRI = grammar(UCSCHAR, PRIVATE);

/** The expression of RFC 3986, appendix B. */
const PARTS = /^(?:([^:/?#]+):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/su;

/** RFC 3986 and 3987: with a scheme, or with or without one. `isIpv6` tests an address between brackets. */
export function isUri(
  text: string,
  isIpv6: (text: string) => boolean,
  { iri = false, relative = false } = {},
): boolean {
  const { userinfo, name, path: pathOf, query: queryOf, fragment: fragmentOf } = iri ? IRI : URI;
  const [, scheme, authority, path = '', query = '', fragment = ''] = PARTS.exec(text) ?? [undefined, '#'];
  if (scheme === undefined ? !relative : !/^[a-z][a-z0-9+.-]*$/i.test(scheme)) return false;
  if (authority === undefined ? path.startsWith('//') : path !== '' && !path.startsWith('/')) return false;
  return (
    (authority === undefined || isAuthority(authority, userinfo, name, isIpv6)) &&
    pathOf.test(path) &&
    queryOf.test(query) &&
    fragmentOf.test(fragment)
  );
}

function isAuthority(
  text: string,
  userinfo: RegExp,
  name: RegExp,
  isIpv6: (text: string) => boolean,
): boolean {
  const at = text.lastIndexOf('@');
  if (at >= 0 && !userinfo.test(text.slice(0, at))) return false;
  const [, literal, host = ''] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d*)?$/u.exec(text.slice(at + 1)) ?? [
    undefined,
    '',
    '[',
  ];
  if (literal === undefined) return name.test(host);
  return isIpv6(literal) || /^v[0-9a-f]+\.[A-Za-z0-9._~!$&'()*+,;=:-]+$/i.test(literal);
}
