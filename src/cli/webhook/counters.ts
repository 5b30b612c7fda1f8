import type { ReviewResult } from '../../tools/inject/admission.ts';

/**
 * Results of requests, in the order of the metric. `invalid`: not an AdmissionReview; `busy`: not read, since others
 * hold the memory for bodies; `fault`: an internal error.
 */
const RESULTS = [
  'injected',
  'unchanged',
  'skipped',
  'refused',
  'other',
  'invalid',
  'busy',
  'fault',
] as const satisfies readonly (ReviewResult | 'invalid' | 'busy' | 'fault')[];

export type RequestResult = (typeof RESULTS)[number];

/** Metrics of the webhook: name, type and meaning. */
export const WEBHOOK_METRICS = {
  lictor_webhook_reviews_total: {
    type: 'counter',
    doc: 'admission reviews, by `result`: injected, unchanged, skipped (opted out), refused (a bad annotation or a conflict), other (no new pod), invalid (no AdmissionReview), busy (not read, since others hold the memory for bodies), fault',
  },
  lictor_webhook_certificate_expiry_seconds: {
    type: 'gauge',
    doc: 'end of the certificate in use, as seconds since 1970',
  },
} as const;

/** Counters of a process. */
export class Counters {
  readonly #reviews = new Map<RequestResult, number>(RESULTS.map((result) => [result, 0]));
  /** Seconds since 1970. */
  certificateExpiry = 0;

  count(result: RequestResult): void {
    this.#reviews.set(result, (this.#reviews.get(result) ?? 0) + 1);
  }

  /** Prometheus text. */
  text(): string {
    const reviews = RESULTS.map(
      (result) => `lictor_webhook_reviews_total{result="${result}"} ${this.#reviews.get(result) ?? 0}`,
    );
    return [
      ...head('lictor_webhook_reviews_total'),
      ...reviews,
      ...head('lictor_webhook_certificate_expiry_seconds'),
      `lictor_webhook_certificate_expiry_seconds ${this.certificateExpiry}`,
      '',
    ].join('\n');
  }
}

function head(name: keyof typeof WEBHOOK_METRICS): readonly string[] {
  const { type, doc } = WEBHOOK_METRICS[name];
  return [`# HELP ${name} ${doc}`, `# TYPE ${name} ${type}`];
}
