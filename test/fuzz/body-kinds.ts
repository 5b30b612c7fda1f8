import { runBodies, runOpenApiBodies } from './bodies.ts';
import { runMessageBodies } from './message-bodies.ts';
import { runForms, runMultipart } from './openapi-forms.ts';
import { runParameters } from './openapi-parameters.ts';

/** How often each result came; all of them are right. */
type BodyCounts = Readonly<Record<string, number>>;

/** A kind of hostile bodies and requests, with a judge of its own beside Lictor. */
export interface BodyKind {
  readonly name: string;
  /** Its part of all bodies, beside the shares of the other kinds. */
  readonly share: number;
  /**
   * Compares this many bodies with the judge. Throws if one is let through that the judge refuses, or if one is refused
   * that fits. `progress` gets the number of each body.
   */
  readonly run: (
    count: number,
    random: () => number,
    progress?: (round: number) => void,
  ) => BodyCounts | Promise<BodyCounts>;
}

export const BODY_KINDS: readonly BodyKind[] = [
  { name: 'JSON Schema', share: 50, run: (...parts) => ({ ...runBodies(...parts) }) },
  { name: 'gRPC with rules of protovalidate', share: 25, run: runMessageBodies },
  { name: 'OpenAPI: JSON', share: 15, run: (...parts) => ({ ...runOpenApiBodies(...parts) }) },
  { name: 'OpenAPI: parameters', share: 15, run: (...parts) => ({ ...runParameters(...parts) }) },
  { name: 'OpenAPI: forms', share: 15, run: (...parts) => ({ ...runForms(...parts) }) },
  { name: 'OpenAPI: multipart', share: 5, run: async (...parts) => ({ ...(await runMultipart(...parts)) }) },
];

/** The number of bodies of each kind, at least one. */
export function split(count: number, kinds: readonly BodyKind[]): readonly (readonly [BodyKind, number])[] {
  const whole = kinds.reduce((sum, { share }) => sum + share, 0);
  return kinds.map((kind) => [kind, Math.max(1, Math.round((count * kind.share) / whole))]);
}
