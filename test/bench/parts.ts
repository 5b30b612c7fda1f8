import type { Effort } from './measure.ts';
import type { Tool } from './peers/toolchain.ts';

/** One part of `make bench`. */
export interface BenchPart {
  readonly doc: string;
  /** Programs that it needs besides Node; empty for a part that runs anywhere. */
  readonly needs: readonly Tool[];
  /** It runs only by name: it takes minutes or needs other programs. */
  readonly isByName: boolean;
  /** Its report. The code is loaded here, so that a wrong name is reported at once. */
  readonly run: (effort: Effort) => Promise<string>;
}

/** The parts of `make bench`, by name. */
export const PARTS: Readonly<Record<string, BenchPart>> = {
  check: {
    doc: 'the steps of a check, without the transport',
    needs: [],
    isByName: false,
    run: async (effort) => (await import('./check.ts')).checkPart(effort),
  },
  identity: {
    doc: 'tokens and certificates, beside node:crypto and jose',
    needs: [],
    isByName: false,
    run: async (effort) => (await import('./identity.ts')).identityPart(effort),
  },
  limit: {
    doc: 'takes from limits, decisions with them, a million keys, invented keys, shared limits with Redis',
    needs: [],
    isByName: false,
    run: async (effort) => (await import('./limit.ts')).limitPart(effort),
  },
  schema: {
    doc: 'bodies against a JSON Schema, an OpenAPI document and a descriptor set, beside the libraries alone',
    needs: [],
    isByName: false,
    run: async (effort) => (await import('./schema.ts')).schemaPart(effort),
  },
  cel: {
    doc: 'expressions, beside other engines',
    needs: [],
    isByName: false,
    run: async (effort) => (await import('./cel.ts')).celPart(effort),
  },
  compile: {
    doc: 'the compilation of folders',
    needs: [],
    isByName: false,
    run: async (effort) => (await import('./compile.ts')).compilePart(effort),
  },
  cases: {
    doc: '`lictor test` with 10,000 cases',
    needs: [],
    isByName: false,
    run: async (effort) => (await import('./cases.ts')).casesPart(effort),
  },
  scale: {
    doc: 'a decision with a small and with a large folder',
    needs: [],
    isByName: false,
    run: async (effort) => (await import('./scale.ts')).scalePart(effort),
  },
  hostile: {
    doc: 'checks beside hostile folders, a quarter of them',
    needs: [],
    isByName: false,
    run: async () => (await import('./hostile.ts')).hostilePart(),
  },
  'hostile-all': {
    doc: 'the same with all hostile folders',
    needs: [],
    isByName: true,
    run: async () => (await import('./hostile.ts')).everyHostilePart(),
  },
  editor: {
    doc: 'latency and memory of `lictor lsp` with 300 policies',
    needs: [],
    isByName: true,
    run: async () => (await import('./editor.ts')).editorPart(),
  },
  reload: {
    doc: 'checks beside reloads of 10,000 rules',
    needs: ['taskset'],
    isByName: true,
    run: async () => (await import('./reload/reload.ts')).reloadPart(),
  },
  candidate: {
    doc: 'checks beside a candidate that costs ten times as much',
    needs: ['taskset'],
    isByName: true,
    run: async () => (await import('./candidate.ts')).candidatePart(),
  },
  peers: {
    doc: 'Lictor beside other servers',
    needs: ['go', 'cargo', 'taskset'],
    isByName: true,
    run: async () => (await import('./peers/peers.ts')).peersPart(),
  },
  hour: {
    doc: 'memory of a sidecar in time',
    needs: ['go', 'taskset'],
    isByName: true,
    run: async () => (await import('./peers/hour.ts')).hourPart(),
  },
  envoy: {
    doc: 'Envoy with and without sidecars',
    needs: ['go', 'taskset'],
    isByName: true,
    run: async () => (await import('./envoy/envoy.ts')).envoyPart(),
  },
  'envoy-settings': {
    doc: "what settings of Envoy's filter cost",
    needs: ['go', 'taskset'],
    isByName: true,
    run: async () => (await import('./envoy/envoy.ts')).envoySettingsPart(),
  },
};

/** The parts as a list for people: name, what is measured, needs. */
export function partList(): string {
  return Object.entries(PARTS)
    .map(([name, { doc, needs }]) => {
      const end = needs.length === 0 ? '' : `; needs ${needs.join(', ')}`;
      return `  ${name.padEnd(14)}  ${doc}${end}\n`;
    })
    .join('');
}
