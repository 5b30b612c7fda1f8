import { celEnv, parse as parseBuf, plan } from '@bufbuild/cel';
import { create } from '@bufbuild/protobuf';
import { TimestampSchema } from '@bufbuild/protobuf/wkt';
import { Environment } from '@marcbachmann/cel-js';
import { check } from '../../src/cel/check/check.ts';
import { createEnvironment } from '../../src/cel/check/environment.ts';
import { readLiterals } from '../../src/cel/check/literals.ts';
import { compile } from '../../src/cel/compile.ts';
import { interpret } from '../../src/cel/interpret/interpret.ts';
import type { Activation } from '../../src/cel/interpret/program.ts';
import { parse } from '../../src/cel/syntax/parse.ts';
import { beginBudget, endBudget } from '../../src/cel/value/budget.ts';
import { NAMES } from '../../src/engine/request/names.ts';
import type { Instant, Row, Sample } from './cel-rows.ts';

/** A way to evaluate expressions: the evaluation of a row, with requests in the most suitable form. */
export interface Engine {
  readonly name: string;
  readonly inputs: (samples: readonly Sample[]) => readonly unknown[];
  readonly prepare: (row: Row) => (input: never) => unknown;
}

const environment = createEnvironment(NAMES);
const asTheyAre = (samples: readonly Sample[]): readonly unknown[] => samples;

export const HAND: Engine = { name: 'hand', inputs: asTheyAre, prepare: ({ hand }) => hand };

export const COMPILED: Engine = {
  name: 'compiled',
  inputs: asTheyAre,
  prepare: ({ source }) => {
    const { program, problems } = compile(source, environment, { result: ['bool'] });
    if (program === undefined) throw new Error(problems[0]?.message);
    return program.evaluate;
  },
};

export const INTERPRETED: Engine = {
  name: 'interpreter',
  inputs: asTheyAre,
  prepare: ({ source }) => {
    const checked = check(source, parse(source), environment);
    const { prepared } = readLiterals(checked);
    return (input: Activation) => {
      const outer = beginBudget();
      try {
        return interpret(checked, input, { prepared });
      } finally {
        endBudget(outer);
      }
    };
  },
};

/** This engine takes ints as BigInts and timestamps as Dates. */
export const MARC: Engine = {
  name: '@marcbachmann/cel-js',
  inputs: (samples) =>
    samples.map((sample) => ({
      ...sample,
      request: {
        ...sample.request,
        size: BigInt(sample.request.size),
        headers: Object.fromEntries(sample.request.headers),
        body: {
          items: sample.request.body.items.map(({ sku, quantity }) => ({ sku, quantity: BigInt(quantity) })),
        },
      },
      jwt: {
        ...sample.jwt,
        expires_at: dateOf(sample.jwt.expires_at),
        claims: { ...sample.jwt.claims, level: BigInt(sample.jwt.claims.level) },
      },
      now: dateOf(sample.now),
    })),
  prepare: ({ source }) => {
    const declared = new Environment()
      .registerVariable('request', 'map<string, dyn>')
      .registerVariable('source', 'map<string, dyn>')
      .registerVariable('jwt', 'map<string, dyn>')
      .registerVariable('now', 'google.protobuf.Timestamp');
    return declared.parse(source);
  },
};

/** This engine copies objects on every read, but not Maps. */
export const BUF: Engine = {
  name: '@bufbuild/cel',
  inputs: (samples) =>
    samples.map(({ request, source, jwt, now }) => ({
      request: mapOf({
        ...request,
        size: BigInt(request.size),
        body: mapOf({
          items: request.body.items.map(({ sku, quantity }) => mapOf({ sku, quantity: BigInt(quantity) })),
        }),
      }),
      source: mapOf({ ...source, spiffe: mapOf(source.spiffe) }),
      jwt: mapOf({
        ...jwt,
        expires_at: protobufOf(jwt.expires_at),
        claims: mapOf({
          ...jwt.claims,
          level: BigInt(jwt.claims.level),
          entitlements: mapOf(jwt.claims.entitlements),
        }),
      }),
      now: protobufOf(now),
    })),
  prepare: ({ source }) => plan(celEnv(), parseBuf(source)) as (input: never) => unknown,
};

function dateOf({ seconds, nanos }: Instant): Date {
  return new Date(seconds * 1000 + nanos / 1e6);
}

function protobufOf({ seconds, nanos }: Instant) {
  return create(TimestampSchema, { seconds: BigInt(seconds), nanos });
}

function mapOf(object: object): ReadonlyMap<string, unknown> {
  return new Map(Object.entries(object));
}
