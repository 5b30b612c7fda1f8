import type { Refusal, XfccCase } from './xfcc-cases.ts';

const WEB = 'spiffe://acme.example/ns/shop/sa/web';
const ADMIN = 'spiffe://acme.example/ns/shop/sa/admin';
const A = 'a'.repeat(64);
const B = 'b'.repeat(64);
const OF_WEB = `{"hash":"${A}","uri":["${WEB}"]}`;
const OF_ADMIN = `{"hash":"${B}","uri":["${ADMIN}"]}`;
/** An element with a digest and these members. */
const element = (members: string): string => `{"hash":"${A}",${members}}`;

const is = (name: string, header: string, principal: string, hops = 1): XfccCase => ({
  name: `JSON: ${name}`,
  header,
  hops,
  principal,
});
const not = (refusal: Refusal, name: string, header: string, hops = 1): XfccCase => ({
  name: `JSON: ${name}`,
  header,
  hops,
  refusal,
});

const READ: readonly XfccCase[] = [
  is('one element', `[${OF_WEB}]`, WEB),
  is(
    'every member',
    `[{"by":["${ADMIN}"],"hash":"${A}","cert":"x","subject":"CN=web","uri":["${WEB}"],"dns":["web.svc"]}]`,
    WEB,
  ),
  is('members in another order', `[{"uri":["${WEB}"],"hash":"${A}"}]`, WEB),
  is('spaces', ` [ { "hash" : "${A}" , "uri" : [ "${WEB}" ] } ] `, WEB),
  is('a subject', `[${element('"subject":"CN=web,O=acme"')}]`, 'CN=web,O=acme'),
  is('a subject with an escaped quote', `[${element('"subject":"CN=a\\\\\\"b"')}]`, 'CN=a\\"b'),
  is('a DNS name', `[${element('"dns":["web.svc"]')}]`, 'web.svc'),
  is('the first of two DNS names', `[${element('"dns":["web.svc","admin.svc"]')}]`, 'web.svc'),
  is('a URI before a DNS name', `[${element(`"dns":["admin.svc"],"uri":["${WEB}"]`)}]`, WEB),
  is('an empty URI and a subject', `[${element('"subject":"CN=web","uri":[""]')}]`, 'CN=web'),
  is('an empty URI beside one', `[${element(`"uri":["","${WEB}"]`)}]`, WEB),
  is(
    'a URI with all separators',
    `[${element('"uri":["http://e/,URI=x;Hash=y"]')}]`,
    'http://e/,URI=x;Hash=y',
  ),
  is(
    'a URI with an element in it',
    `[${element(`"uri":["x,By=y;Hash=${B};URI=${ADMIN}"]`)}]`,
    `x,By=y;Hash=${B};URI=${ADMIN}`,
  ),
  is('a URI with a quote in it', `[${element('"uri":["http://e/\\"a"]')}]`, 'http://e/"a'),
  is('a URI that is escaped', `[${element(`"uri":["\\u0073piffe://acme.example/ns/shop/sa/web"]`)}]`, WEB),
  is('a forged element before the trusted one', `[${OF_ADMIN},${OF_WEB}]`, WEB),
  is('a forged element of another kind', `[1,null,"x",[],{},${OF_WEB}]`, WEB),
  is('two trusted proxies', `[${OF_ADMIN},${OF_WEB}]`, WEB, 2),
  is('a forged element before two trusted ones', `[${OF_WEB},${OF_ADMIN},${OF_WEB}]`, WEB, 2),
  is('fewer elements than trusted proxies', `[${OF_WEB}]`, WEB, 5),
  is(
    'members in another case are not those of Envoy',
    `[{"hash":"${A}","Uri":["${ADMIN}"],"uri":["${WEB}"]}]`,
    WEB,
  ),
  is('unknown members', `[${element(`"uri":["${WEB}"],"x":{"uri":["${ADMIN}"]}`)}]`, WEB),
  is('a member `__proto__`', `[${element(`"__proto__":{"uri":["${ADMIN}"]},"subject":"CN=web"`)}]`, 'CN=web'),
  is('100 forged elements', `[${Array(100).fill(OF_ADMIN).join(',')},${OF_WEB}]`, WEB),
];

const REFUSED: readonly XfccCase[] = [
  not('missing', 'no trusted proxy', `[${OF_WEB}]`, 0),
  not('missing', 'no names', `[{"hash":"${A}"}]`),
  not('missing', 'empty names', `[${element('"subject":"","uri":[],"dns":[]')}]`),
  not('missing', 'the URI in another case', `[${element(`"URI":["${ADMIN}"]`)}]`),
  not('uris', 'two URIs', `[${element(`"uri":["${WEB}","${ADMIN}"]`)}]`),
  not('uris', 'a URI twice', `[${element(`"uri":["${WEB}","${WEB}"]`)}]`),
  not('uris', 'two URIs of the farther proxy', `[${element(`"uri":["${WEB}","${ADMIN}"]`)},${OF_WEB}]`, 2),
  not('spiffe', 'a DNS name like a SPIFFE ID', `[${element(`"dns":["${WEB}"]`)}]`),
  not('spiffe', 'a subject like a SPIFFE ID', `[${element(`"subject":"${WEB}"`)}]`),
  ...[
    ['an empty list', '[]'],
    ['an open list', '['],
    ['an open element', `[{"hash":"${A}"`],
    ['an open text', `[{"hash":"${A}`],
    ['an element that is a list', '[[]]'],
    ['an element that is a number', '[1]'],
    ['an element that is null', '[null]'],
    ['an element that is text', '["x"]'],
    ['a comma at the end', `[${OF_WEB},]`],
    ['a comma at the start', `[,${OF_WEB}]`],
    ['two commas', `[${OF_ADMIN},,${OF_WEB}]`],
    ['a comment', `[/* x */${OF_WEB}]`],
    ['single quotes', `[{'hash':'${A}','uri':['${WEB}']}]`],
    ['a member without quotes', `[{hash:"${A}","uri":["${WEB}"]}]`],
    ['a URI twice as a member', `[{"hash":"${A}","uri":["${ADMIN}"],"uri":["${WEB}"]}]`],
    ['a digest twice as a member', `[{"hash":"${B}","hash":"${A}","uri":["${WEB}"]}]`],
    ['a member twice, once escaped', `[{"hash":"${A}","uri":["${WEB}"],"\\u0075ri":["${ADMIN}"]}]`],
    ['a member twice in a forged element', `[{"a":1,"a":2},${OF_WEB}]`],
    ['no digest', `[{"uri":["${WEB}"]}]`],
    ['an empty digest', `[{"hash":"","uri":["${WEB}"]}]`],
    ['a digest that is a number', `[{"hash":1,"uri":["${WEB}"]}]`],
    ['a digest that is null', `[{"hash":null,"uri":["${WEB}"]}]`],
    ['a digest that is not hex', `[{"hash":"${'x'.repeat(64)}","uri":["${WEB}"]}]`],
    ['a digest that is a list', `[{"hash":["${A}"],"uri":["${WEB}"]}]`],
    ['a digest in another case of the member', `[{"Hash":"${A}","uri":["${WEB}"]}]`],
    ['a URI that is text', `[${element(`"uri":"${WEB}"`)}]`],
    ['a URI that is a number', `[${element('"uri":[1]')}]`],
    ['a URI that is null', `[${element('"uri":[null]')}]`],
    ['a URI that is a list', `[${element(`"uri":[["${WEB}"]]`)}]`],
    ['URIs that are null', `[${element('"uri":null')}]`],
    ['a DNS name that is text', `[${element('"dns":"web.svc"')}]`],
    ['a subject that is a list', `[${element('"subject":["CN=web"]')}]`],
    ['a subject that is null', `[${element('"subject":null')}]`],
    ['the identity of the proxy as text', `[${element(`"by":"x","uri":["${WEB}"]`)}]`],
    ['a letter beyond ASCII in a URI', `[${element('"uri":["http://\u00fc/"]')}]`],
    ['an escaped letter beyond ASCII in a URI', `[${element('"uri":["http://\\u00fc/"]')}]`],
    ['a NUL in a URI', `[${element(`"uri":["${WEB}\\u0000"]`)}]`],
    ['a line break in a subject', `[${element('"subject":"CN=web\\n"')}]`],
    ['half of a surrogate pair', `[${element('"uri":["\\ud800"]')}]`],
    ['an unknown escape', `[${element('"uri":["\\x41"]')}]`],
    ['text after the list', `[${OF_WEB}]x`],
    ['a list after the list', `[${OF_WEB}][${OF_ADMIN}]`],
    ['text form after the list', `[${OF_WEB}],Hash=${A};URI=${ADMIN}`],
    ['text form before the list', `Hash=${A};URI=${ADMIN},[${OF_WEB}]`],
    ['an object', OF_WEB],
    ['text', `"${WEB}"`],
    ['a byte order mark', `\ufeff[${OF_WEB}]`],
    ['10,000 lists in lists', '['.repeat(10_000) + ']'.repeat(10_000)],
  ].map(([name = '', header = '']) => not('form', name, header)),
  not('length', 'more than 64 KiB', `[${Array(700).fill(OF_WEB).join(',')}]`),
];

export const JSON_CASES: readonly XfccCase[] = [...READ, ...REFUSED];
