import { fail } from '../../cel/value/failure.ts';
import { AttributeUnavailable } from '../../engine/decision/attribute-unavailable.ts';
import { type FolderContext, RequestContext } from '../../engine/decision/request-context.ts';
import type { Issuer } from '../../engine/identity/issuer.ts';
import { issuersOf } from '../../engine/identity/issuer.ts';
import type { VerifiedToken } from '../../engine/identity/verified-token.ts';
import type { Attributes, JsonObject, JsonValue, Peer } from '../../engine/request/attributes.ts';
import { isJsonList, isJsonObject } from '../../engine/request/json-value.ts';
import { inputOf, wholeMapOf } from '../../sidecar/audit/read-inputs.ts';
import type { RecordedDecision } from '../../sidecar/audit/read-record.ts';

const PREFIX = 'a record does not have ';

/** Throws for an attribute that records lack: the failure of the expression that reads it. */
function missing(attribute: string): never {
  const denial = { reason: 'policy_error', detail: `${PREFIX}${attribute}` } as const;
  fail('unreadable', undefined, new AttributeUnavailable(denial));
}

/** The attribute that was missing, by the detail of a failure; undefined if it failed for another cause. */
export function missingAttribute(detail: string): string | undefined {
  return detail.startsWith(PREFIX) ? detail.slice(PREFIX.length) : undefined;
}

type Inputs = RecordedDecision['inputs'];

/** The value of a name that a record may have among its inputs. */
function inputValue(inputs: Inputs, name: string): JsonValue {
  const known = inputs && inputOf(inputs, name);
  return known === undefined || known === 'absent' ? missing(`\`${name}\``) : known.value;
}

function inputText(inputs: Inputs, name: string): string {
  const value = inputValue(inputs, name);
  return typeof value === 'string' ? value : missing(`\`${name}\``);
}

function inputNumber(inputs: Inputs, name: string): number {
  const value = inputValue(inputs, name);
  return typeof value === 'number' ? value : missing(`\`${name}\``);
}

function inputTexts(inputs: Inputs, name: string): readonly string[] {
  const value = inputValue(inputs, name);
  return isJsonList(value) ? value.map(String) : missing(`\`${name}\``);
}

/** A map of the inputs of a record: a read of what they do not say fails with the name of the entry. */
class InputMap<V> extends Map<string, V> {
  readonly #name: string;
  readonly #inputs: Inputs;
  readonly #read: (value: JsonValue) => V;

  constructor(inputs: Inputs, name: string, read: (value: JsonValue) => V) {
    super();
    this.#inputs = inputs;
    this.#name = name;
    this.#read = read;
  }
  override get(key: string): V | undefined {
    const known = this.#inputs && inputOf(this.#inputs, this.#name, key);
    if (known === undefined) return missing(`\`${this.#name}['${key}']\``);
    return known === 'absent' ? undefined : this.#read(known.value);
  }
  override has(key: string): boolean {
    return this.get(key) !== undefined;
  }
  override keys(): MapIterator<string> {
    return this.#whole().keys();
  }
  override values(): MapIterator<V> {
    return this.#whole().values();
  }
  override entries(): MapIterator<[string, V]> {
    return this.#whole().entries();
  }
  override [Symbol.iterator](): MapIterator<[string, V]> {
    return this.#whole().entries();
  }
  override get size(): number {
    return this.#whole().size;
  }
  #whole(): Map<string, V> {
    const whole = this.#inputs && wholeMapOf(this.#inputs, this.#name);
    if (whole === undefined) return missing(`\`${this.#name}\``);
    return new Map(Object.entries(whole).map(([key, value]) => [key, this.#read(value)]));
  }
}

const asTexts = (value: JsonValue): readonly string[] => (isJsonList(value) ? value.map(String) : []);
const asJson = (value: JsonValue): JsonValue => value;

/** The request of a record, as expressions read it: what the record lacks fails when it is read. */
export class RecordedContext extends RequestContext {
  readonly #record: RecordedDecision;

  constructor(record: RecordedDecision, folder: FolderContext) {
    const services = { certificates: { read: () => undefined, issuers: () => undefined } };
    super(attributesOf(record), record.time, folder, services);
    this.#record = record;
    const canonical = { ...this.path };
    Object.defineProperty(canonical, 'query', { get: () => missing('`request.query`') });
    Object.defineProperty(this, 'path', { value: canonical });
  }

  override get body(): never {
    return missing('`request.body`');
  }
  override get xfcc(): never {
    return missing('`source.xfcc`');
  }
  override get queryParams(): ReadonlyMap<string, readonly string[]> {
    const { inputs } = this.#record;
    return inputs === undefined
      ? missing('`request.query_params`')
      : new InputMap(inputs, 'request.query_params', asTexts);
  }
  override get headerValues(): ReadonlyMap<string, readonly string[]> {
    const { inputs } = this.#record;
    return inputs === undefined
      ? missing('`request.header_values`')
      : new InputMap(inputs, 'request.header_values', asTexts);
  }
  /** The record has the name that Envoy gave; if a certificate had refuted it, the request was denied before. */
  override get peer(): { readonly principal: string } {
    return { principal: this.#record.source.principal };
  }
}

function attributesOf({ request, source, destination, inputs }: RecordedDecision): Attributes {
  let reads = 0;
  return {
    request: {
      method: request.method,
      host: request.host,
      // The first read is that of the context, which takes the canonical path. As it was sent, it is not recorded.
      get path() {
        reads += 1;
        return reads === 1 ? request.path : missing('`request.path`');
      },
      get id() {
        return missing('`request.id`');
      },
      get scheme() {
        return inputText(inputs, 'request.scheme');
      },
      get protocol() {
        return inputText(inputs, 'request.protocol');
      },
      time: undefined,
      get size() {
        return inputNumber(inputs, 'request.size');
      },
      headers: new InputMap(inputs, 'request.headers', String),
      headerForm: { isJoined: false, repeated: new Map(), unusual: [], hasOverride: false },
      get body() {
        return missing('`request.body`');
      },
    },
    source: peerOf('source', inputs, source.principal, source.address),
    destination: peerOf('destination', inputs, destination.principal),
    get connection() {
      return missing('`connection`');
    },
    context: new InputMap(inputs, 'context', String),
    metadata: new InputMap(inputs, 'metadata', asJson),
    routeMetadata: new InputMap(inputs, 'route_metadata', asJson),
  };
}

function peerOf(name: string, inputs: Inputs, principal: string, address?: string): Peer {
  return {
    principal,
    get address() {
      return address ?? inputText(inputs, `${name}.address`);
    },
    get port() {
      return inputNumber(inputs, `${name}.port`);
    },
    get service() {
      return inputText(inputs, `${name}.service`);
    },
    get labels() {
      return inputs === undefined
        ? missing(`\`${name}.labels\``)
        : new InputMap(inputs, `${name}.labels`, String);
    },
    get certificate() {
      return missing(`\`${name}.certificate\``);
    },
  };
}

/** The token of a record: issuer and subject. */
export function recordedToken(
  { jwt, inputs }: RecordedDecision,
  issuers: ReadonlyMap<string, Issuer>,
): VerifiedToken | undefined {
  if (jwt === undefined) return undefined;
  const issuer = [...issuers.values()].find((each) => issuersOf(each).includes(jwt.issuer));
  const recorded = inputs?.values['jwt.claims'];
  const known: JsonObject = {
    ...(isJsonObject(recorded) ? recorded : {}),
    iss: jwt.issuer,
    sub: jwt.subject,
  };
  const claim = <T>(name: string | symbol, read: () => T): T => readClaim(inputs, known, name, read);
  return {
    issuerName: issuer?.name ?? '',
    issuer: jwt.issuer,
    subject: jwt.subject,
    withheld: undefined,
    claims: new Proxy(known, {
      get: (target, name, receiver): unknown =>
        claim<unknown>(name, () => Reflect.get(target, name, receiver)),
      has: (target, name) => claim(name, () => Reflect.has(target, name)),
      getOwnPropertyDescriptor: (target, name) =>
        claim(name, () => Reflect.getOwnPropertyDescriptor(target, name)),
      ownKeys: () => missing('`jwt.claims`'),
    }),
    get tenant() {
      return inputText(inputs, 'jwt.tenant');
    },
    get audiences() {
      return inputTexts(inputs, 'jwt.audiences');
    },
    get scopes() {
      return inputTexts(inputs, 'jwt.scopes');
    },
    get roles() {
      return inputTexts(inputs, 'jwt.roles');
    },
    get expiresAt() {
      return missing('`jwt.expires_at`');
    },
    get header() {
      return missing('`jwt.header`');
    },
  };
}

function readClaim<T>(inputs: Inputs, known: JsonObject, name: string | symbol, read: () => T): T {
  if (typeof name === 'symbol' || Object.hasOwn(known, name)) return read();
  const isAbsent = inputs !== undefined && inputOf(inputs, 'jwt.claims', name) === 'absent';
  return isAbsent ? read() : missing(`\`jwt.claims['${name}']\``);
}
