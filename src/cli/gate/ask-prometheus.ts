import { causeOf } from './candidate-page.ts';
import { type Counts, countsBy, NO_COUNTS } from './counts.ts';
import type { GateOptions } from './flags.ts';
import type { GateResult } from './report.ts';
import { objections } from './verdict.ts';
import type { World } from './watch-sidecars.ts';

/** Waits, and asks Prometheus what its sidecars have counted in that time. */
export async function askPrometheus(
  options: GateOptions & { readonly prometheus: string },
  { get, pause }: World,
): Promise<GateResult> {
  const { prometheus, selector } = options;
  const query = async (text: string): Promise<readonly Sample[]> => {
    const url = `${prometheus}/api/v1/query?query=${encodeURIComponent(text)}`;
    return samplesIn((await get(url)).text);
  };
  const result = { sidecars: [], causes: [] };
  try {
    await query('vector(1)');
    await pause(options.for);
    const range = `[${Math.ceil(options.for / 1000)}s]`;
    const counted = await query(
      `sum by (result) (increase(lictor_candidate_decisions_total{${selector}}${range}))`,
    );
    const found = await query(`count by (revision) (lictor_candidate_info{${selector}})`);
    const revisions = found.flatMap(({ labels }) => labels['revision'] ?? []);
    const revision = options.revision ?? revisions[0] ?? null;
    const counts = countsOf(counted);
    const problems = [...strangers(revisions, revision), ...objections(counts, options)];
    return { ...result, revision, counts, problems };
  } catch (error) {
    const problem = `Prometheus at \`${prometheus}\` cannot be asked (${causeOf(error)})`;
    return { ...result, revision: null, counts: NO_COUNTS, problems: [problem] };
  }
}

function strangers(revisions: readonly string[], wanted: string | null): readonly string[] {
  if (revisions.length === 0) return ['no sidecar has a candidate'];
  return revisions
    .filter((revision) => revision !== wanted)
    .map((revision) => `a sidecar judges candidate \`${revision}\``);
}

interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** An increase is extrapolated: a part of a difference is a whole one, and a part of an agreement none. */
function countsOf(samples: readonly Sample[]): Counts {
  return countsBy((name) => {
    const value = samples.find(({ labels }) => labels['result'] === name)?.value ?? 0;
    return name === 'agrees' ? Math.floor(value) : Math.ceil(value);
  });
}

/** The samples of an instant query. */
function samplesIn(text: string): readonly Sample[] {
  const answer = JSON.parse(text) as {
    readonly status?: string;
    readonly error?: string;
    readonly data?: {
      readonly result?: readonly { readonly metric: Sample['labels']; readonly value: [number, string] }[];
    };
  };
  if (answer.status !== 'success') throw new Error(answer.error ?? 'it answers something else');
  return (answer.data?.result ?? []).map(({ metric, value }) => ({
    labels: metric,
    value: Number(value[1]),
  }));
}
