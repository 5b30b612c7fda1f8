import { type Flags, Problem, type ValuesOf } from '../../flag/flag.ts';
import { nonEmptyText, positiveNumber } from '../../flag/parsers.ts';
import { duration } from '../../sidecar/server/setting-parsers.ts';
import { RESULT_FLAG } from '../terminal/decision-flags.ts';

export const GATE_FLAGS = {
  status: {
    value: 'URL...',
    parse: pageUrl,
    repeatable: true,
    doc: 'admin address of a sidecar with `--candidate`, such as `http://127.0.0.1:9192`; repeatable',
    conflicts: ['prometheus'],
  },
  prometheus: {
    value: 'URL',
    parse: pageUrl,
    doc: 'Prometheus that collects the metrics of the sidecars, in place of `--status`',
  },
  selector: {
    value: 'MATCHERS',
    parse: labelMatchers,
    default: '',
    doc: 'label matchers of the sidecars in Prometheus, such as `namespace="shop",job="lictor"`',
  },
  for: { value: 'TIME', parse: duration, default: '10m', doc: 'time in which decisions are counted' },
  interval: { value: 'TIME', parse: duration, default: '10s', doc: 'time between two looks at the sidecars' },
  revision: {
    value: 'SHA',
    parse: nonEmptyText,
    doc: 'revision of the candidate, as answers name it; default: the first that is seen',
  },
  'max-newly-denied': {
    value: 'SHARE',
    parse: proportion,
    default: '0',
    doc: 'largest share of the judged decisions that may be newly denied, from 0 to 1',
  },
  'max-newly-allowed': {
    value: 'SHARE',
    parse: proportion,
    default: '0',
    doc: 'largest share of the judged decisions that may be newly allowed, from 0 to 1',
  },
  'min-decisions': {
    value: 'N',
    parse: positiveNumber,
    default: '1000',
    doc: 'least number of judged decisions, so that a time without requests does not pass',
  },
  output: RESULT_FLAG,
} as const satisfies Flags;

export type GateOptions = ValuesOf<typeof GATE_FLAGS>;

/** An address of HTTP without the slashes at its end. */
function pageUrl(written: string): string | Problem {
  const url = URL.parse(written);
  if (url === null || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '')
    return new Problem('is not an address, such as `http://127.0.0.1:9192`');
  return url.href.replace(/\/+$/, '');
}

/** Matchers of PromQL between braces. */
function labelMatchers(written: string): string | Problem {
  const matcher = String.raw`\s*[a-zA-Z_]\w*\s*(?:=~|!~|!=|=)\s*"(?:[^"\\]|\\.)*"\s*`;
  return written === '' || new RegExp(`^${matcher}(?:,${matcher})*$`).test(written)
    ? written
    : new Problem('is not a list of label matchers, such as `namespace="shop",job="lictor"`');
}

function proportion(written: string): number | Problem {
  const number = Number(written);
  const isProportion = /^\d+(\.\d+)?$/.test(written) && number <= 1;
  return isProportion ? number : new Problem('is not a number from 0 to 1');
}
