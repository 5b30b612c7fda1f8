import { fail } from '../../cel/value/failure.ts';
import { AttributeUnavailable } from '../../engine/decision/attribute-unavailable.ts';
import { type FolderContext, RequestContext } from '../../engine/decision/request-context.ts';
import type { Issuer } from '../../engine/identity/issuer.ts';
import { issuersOf } from '../../engine/identity/issuer.ts';
import type { VerifiedToken } from '../../engine/identity/verified-token.ts';
import type { Attributes, Peer } from '../../engine/request/attributes.ts';
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

/** A map of which nothing is recorded: each read fails with the name of the entry. */
class MissingMap<V> extends Map<string, V> {
  readonly #name: string;

  constructor(name: string) {
    super();
    this.#name = name;
  }
  override get(key: string): never {
    return missing(`\`${this.#name}['${key}']\``);
  }
  override has(key: string): never {
    return missing(`\`${this.#name}['${key}']\``);
  }
  override keys(): never {
    return missing(`\`${this.#name}\``);
  }
  override values(): never {
    return missing(`\`${this.#name}\``);
  }
  override entries(): never {
    return missing(`\`${this.#name}\``);
  }
  override [Symbol.iterator](): never {
    return missing(`\`${this.#name}\``);
  }
  override get size(): never {
    return missing(`\`${this.#name}\``);
  }
}

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
  override get queryParams(): never {
    return missing('`request.query_params`');
  }
  override get headerValues(): never {
    return missing('`request.header_values`');
  }
  /** The record has the name that Envoy gave; if a certificate had refuted it, the request was denied before. */
  override get peer(): { readonly principal: string } {
    return { principal: this.#record.source.principal };
  }
}

function attributesOf({ request, source, destination }: RecordedDecision): Attributes {
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
        return missing('`request.scheme`');
      },
      get protocol() {
        return missing('`request.protocol`');
      },
      time: undefined,
      get size() {
        return missing('`request.size`');
      },
      headers: new MissingMap('request.headers'),
      headerForm: { isJoined: false, repeated: new Map(), unusual: [], hasOverride: false },
      get body() {
        return missing('`request.body`');
      },
    },
    source: peerOf('source', source.principal, source.address),
    destination: peerOf('destination', destination.principal),
    get connection() {
      return missing('`connection`');
    },
    context: new MissingMap('context'),
    metadata: new MissingMap('metadata'),
    routeMetadata: new MissingMap('route_metadata'),
  };
}

function peerOf(name: string, principal: string, address?: string): Peer {
  return {
    principal,
    get address() {
      return address ?? missing(`\`${name}.address\``);
    },
    get port() {
      return missing(`\`${name}.port\``);
    },
    get service() {
      return missing(`\`${name}.service\``);
    },
    get labels() {
      return missing(`\`${name}.labels\``);
    },
    get certificate() {
      return missing(`\`${name}.certificate\``);
    },
  };
}

/** The token of a record: issuer and subject. */
export function recordedToken(
  { jwt }: RecordedDecision,
  issuers: ReadonlyMap<string, Issuer>,
): VerifiedToken | undefined {
  if (jwt === undefined) return undefined;
  const issuer = [...issuers.values()].find((each) => issuersOf(each).includes(jwt.issuer));
  const known: Record<string, string> = { iss: jwt.issuer, sub: jwt.subject };
  return {
    issuerName: issuer?.name ?? '',
    issuer: jwt.issuer,
    subject: jwt.subject,
    withheld: undefined,
    claims: new Proxy(known, {
      get: (target, name, receiver): unknown =>
        claim<unknown>(target, name, () => Reflect.get(target, name, receiver)),
      has: (target, name) => claim(target, name, () => Reflect.has(target, name)),
      getOwnPropertyDescriptor: (target, name) =>
        claim(target, name, () => Reflect.getOwnPropertyDescriptor(target, name)),
      ownKeys: () => missing('`jwt.claims`'),
    }),
    get tenant() {
      return missing('`jwt.tenant`');
    },
    get audiences() {
      return missing('`jwt.audiences`');
    },
    get scopes() {
      return missing('`jwt.scopes`');
    },
    get roles() {
      return missing('`jwt.roles`');
    },
    get expiresAt() {
      return missing('`jwt.expires_at`');
    },
    get header() {
      return missing('`jwt.header`');
    },
  };
}

function claim<T>(known: object, name: string | symbol, read: () => T): T {
  return typeof name === 'symbol' || Object.hasOwn(known, name)
    ? read()
    : missing(`\`jwt.claims['${name}']\``);
}
