import { HostObserver } from '../decision/host-observer.ts';
import type { Attributes } from '../request/attributes.ts';
import { DEFAULT_MAX_REQUEST_BYTES } from '../request/buffer-limit.ts';

/**
 * Signs in checks that the filter of the proxy is configured in another way than Lictor assumes, with what to change.
 * Each is logged once and shown in `/v1/status`.
 */
export const PROXY_NOTICES = {
  smaller_buffer:
    'Envoy cuts bodies at fewer bytes than `--max-request-bytes`: set it to the `max_request_bytes` of the filter',
  larger_buffer:
    'Envoy sends bodies of more bytes than `--max-request-bytes`: set it to the `max_request_bytes` of the filter',
  joined_headers:
    'Envoy joins repeated headers, so that a comma in a header that a policy reads is denied (`ambiguous_header`): set `encode_raw_headers: true` in the filter',
  no_certificates:
    'Envoy does not send the certificates of peers, so that `source.certificate` is empty and a DNS name can look like a SPIFFE ID: set `include_peer_certificate: true` in the filter',
  several_services:
    'requests to hosts of several services arrive, so that a caller can choose the policies by the host: name the hosts of the service with `--hosts` (or `--hosts "*"` if all are meant), and in `domains` of Envoy',
  text_bodies:
    'Envoy sends bodies as text, in which it replaces bytes: set `pack_as_bytes: true` in `with_request_body`',
} as const;

export type ProxyNotice = keyof typeof PROXY_NOTICES;

/** Buffer limits that are remembered: each route of Envoy can have its own. */
const MOST_LIMITS = 64;

export interface ProxyObserverOptions {
  /** Bytes of a body that the proxy buffers (`max_request_bytes`). */
  readonly maxRequestBytes?: number;
  /** True: nothing is learned about other limits, for messages that do not come from a proxy. */
  readonly isSimulated?: boolean;
  /** True: the hosts of the service are set, so that nothing is learned about them. */
  readonly knowsHosts?: boolean;
  /** Called once for each notice. */
  readonly onNotice?: (notice: ProxyNotice) => void;
}

/** Knowledge about the configuration of the proxy: from a setting, and from the checks that it has sent. */
export class ProxyObserver {
  readonly #maxRequestBytes: number;
  readonly #isSimulated: boolean;
  readonly #onNotice: (notice: ProxyNotice) => void;
  readonly #hosts: HostObserver | undefined;
  readonly #notices = new Set<ProxyNotice>();
  /** Lengths at which the proxy has cut bodies. */
  readonly #limits = new Set<number>();

  constructor({
    maxRequestBytes = DEFAULT_MAX_REQUEST_BYTES,
    isSimulated = false,
    knowsHosts = false,
    onNotice = () => undefined,
  }: ProxyObserverOptions = {}) {
    this.#maxRequestBytes = maxRequestBytes;
    this.#isSimulated = isSimulated;
    this.#onNotice = onNotice;
    this.#hosts = isSimulated || knowsHosts ? undefined : new HostObserver();
  }

  /** In order of their first occurrence. */
  get notices(): readonly ProxyNotice[] {
    return [...this.#notices];
  }

  /**
   * True if a body of unknown length, of which the proxy sent so many bytes, may go on: Envoy asks as soon as its
   * buffer is full, and then calls the body complete.
   */
  mayGoOn(length: number): boolean {
    return length >= this.#maxRequestBytes || this.#limits.has(length);
  }

  /** Takes notice of a body; `isCut`: the proxy itself says that it is only the beginning. */
  observeBody(length: number, isCut: boolean): void {
    if (this.#isSimulated) return;
    if (length > this.#maxRequestBytes) this.notice('larger_buffer');
    if (!isCut || length === 0 || length >= this.#maxRequestBytes) return;
    if (this.#limits.size < MOST_LIMITS) this.#limits.add(length);
    this.notice('smaller_buffer');
  }

  /** Takes notice of the host of a request that a policy of the set has decided. */
  observeHost(
    attributes: Attributes,
    policy: string,
    set: { readonly policies: Parameters<HostObserver['isForeign']>[2] } | undefined,
  ): void {
    if (this.#hosts === undefined || policy === '' || set === undefined) return;
    if (this.#notices.has('several_services')) return;
    if (this.#hosts.isForeign(attributes, policy, set.policies)) this.notice('several_services');
  }

  notice(notice: ProxyNotice): void {
    if (this.#notices.has(notice)) return;
    this.#notices.add(notice);
    this.#onNotice(notice);
  }
}
