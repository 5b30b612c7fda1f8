import type { Rate } from '../../engine/limit/limit.ts';
import { parseRate, RATE_PATTERN } from '../../engine/limit/rate.ts';
import { rateHint } from './hints.ts';
import { rateHelp } from './limit-hints.ts';
import { parsed, report, shape } from './reader.ts';
import { type Reader, shaped, textual } from './shape.ts';

const HELP = 'write it like `100/s`, `30/min`, `10/5m` or `500/7d`';

const rateText = parsed<Rate>(
  'invalid_rate',
  (value) => {
    const { rate: read, problem } = parseRate(value);
    return problem === undefined ? { value: read } : { problem, help: rateHint(value) ?? HELP };
  },
  HELP,
);

/** Reader of a rate, such as `10/min`. */
export const rate: Reader<Rate> = (at) =>
  at.tree.kind === 'scalar'
    ? rateText(at)
    : report(at, 'wrong_type', `expected text, found ${shape(at)}`, rateHelp(at) ?? HELP);

shaped(rate, textual({ pattern: RATE_PATTERN }));
