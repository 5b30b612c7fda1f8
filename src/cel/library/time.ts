import { spend } from '../value/budget.ts';
import type { Duration } from '../value/duration.ts';
import { fail } from '../value/failure.ts';
import {
  cachedTimeZone,
  dayOfYear,
  localDate,
  parseTimeZone,
  STEPS_OF_NEW_ZONE,
  type TimeZone,
  UTC,
} from '../value/time-zone.ts';
import type { Timestamp } from '../value/timestamp.ts';
import type { Cost } from './cost.ts';
import { type Example, type FunctionDeclaration, method, type Overload } from './function.ts';

/** Steps of reading the local time from the database; setting up a new zone takes more. */
const STEPS_OF_ZONE = 32;
const ZONED: Cost = {
  text: `${STEPS_OF_ZONE}, with a new zone ${STEPS_OF_ZONE + STEPS_OF_NEW_ZONE}`,
  steps: () => STEPS_OF_ZONE + STEPS_OF_NEW_ZONE,
  size: () => 0,
  payment: 'within',
};

function zoneOf(name: string): TimeZone {
  return cachedTimeZone(name) ?? fail('bad_time_zone');
}

/** Overloads of a part of a date: in UTC, and in a time zone. */
function ofTimestamp(read: (date: Date) => number): Overload[] {
  const inUtc = (instant: Timestamp) => read(localDate(instant, UTC));
  const within = (instant: Timestamp, zone: TimeZone) => {
    spend(STEPS_OF_ZONE);
    return read(localDate(instant, zone));
  };
  return [
    method(['timestamp'], 'int', inUtc, { isTotal: true }),
    method(['timestamp', 'string'], 'int', (instant, zone) => within(instant, zoneOf(zone)), {
      cost: ZONED,
      literal: {
        at: 1,
        parse: (text) => {
          const value = parseTimeZone(text);
          if (value !== undefined) return { value };
          return {
            problem: `\`${text}\` is not a valid time zone`,
            help: 'write a name of the IANA database, `Europe/Berlin`, or an offset, `+02:00`',
          };
        },
        run: within,
        steps: () => STEPS_OF_ZONE,
      },
    }),
  ];
}

function ofDuration(read: (duration: Duration) => number): Overload {
  return method(['duration'], 'int', (duration) => read(duration) + 0, { isTotal: true });
}

function example(name: string, utc: string, sydney: string): readonly Example[] {
  const instant = "timestamp('2026-06-01T22:30:15.250Z')";
  return [
    [`${instant}.${name}()`, utc],
    [`${instant}.${name}('Australia/Sydney')`, sydney],
  ];
}

export const TIME: readonly FunctionDeclaration[] = [
  {
    name: 'getFullYear',
    doc: 'the year of a date',
    examples: example('getFullYear', '2026', '2026'),
    overloads: ofTimestamp((date) => date.getUTCFullYear()),
  },
  {
    name: 'getMonth',
    doc: 'the month of a date, from 0',
    examples: example('getMonth', '5', '5'),
    overloads: ofTimestamp((date) => date.getUTCMonth()),
  },
  {
    name: 'getDate',
    doc: 'the day of the month, from 1',
    examples: example('getDate', '1', '2'),
    overloads: ofTimestamp((date) => date.getUTCDate()),
  },
  {
    name: 'getDayOfMonth',
    doc: 'the day of the month, from 0',
    examples: example('getDayOfMonth', '0', '1'),
    overloads: ofTimestamp((date) => date.getUTCDate() - 1),
  },
  {
    name: 'getDayOfWeek',
    doc: 'the day of the week, from 0 for Sunday',
    examples: example('getDayOfWeek', '1', '2'),
    overloads: ofTimestamp((date) => date.getUTCDay()),
  },
  {
    name: 'getDayOfYear',
    doc: 'the day of the year, from 0',
    examples: example('getDayOfYear', '151', '152'),
    overloads: ofTimestamp(dayOfYear),
  },
  {
    name: 'getHours',
    doc: 'the hour of the day; for a duration, its whole hours',
    examples: [...example('getHours', '22', '8'), ["duration('90m').getHours()", '1']],
    overloads: [
      ...ofTimestamp((date) => date.getUTCHours()),
      ofDuration(({ seconds }) => Math.trunc(seconds / 3600)),
    ],
  },
  {
    name: 'getMinutes',
    doc: 'the minute of the hour; for a duration, its whole minutes',
    examples: [...example('getMinutes', '30', '30'), ["duration('90m').getMinutes()", '90']],
    overloads: [
      ...ofTimestamp((date) => date.getUTCMinutes()),
      ofDuration(({ seconds }) => Math.trunc(seconds / 60)),
    ],
  },
  {
    name: 'getSeconds',
    doc: 'the second of the minute; for a duration, its whole seconds',
    examples: [...example('getSeconds', '15', '15'), ["duration('90m').getSeconds()", '5400']],
    overloads: [...ofTimestamp((date) => date.getUTCSeconds()), ofDuration(({ seconds }) => seconds)],
  },
  {
    name: 'getMilliseconds',
    doc: 'the milliseconds after the full second, of a timestamp or a duration',
    examples: [
      ["timestamp('2026-06-01T22:30:15.250Z').getMilliseconds()", '250'],
      ["duration('1.5s').getMilliseconds()", '500'],
    ],
    overloads: [
      method(['timestamp'], 'int', milliseconds, { isTotal: true }),
      // Milliseconds are the same in every zone; the name is still checked, as for the other parts.
      method(
        ['timestamp', 'string'],
        'int',
        (instant, zone) => {
          zoneOf(zone);
          return milliseconds(instant);
        },
        { cost: ZONED },
      ),
      ofDuration(({ nanos }) => Math.trunc(nanos / 1_000_000)),
    ],
  },
];

function milliseconds({ nanos }: Timestamp): number {
  return Math.floor(nanos / 1_000_000);
}
