import { ENCODERS } from './encoders.ts';
import type { FunctionDeclaration } from './function.ts';
import { HASHES } from './hashes.ts';
import { LISTS } from './lists.ts';
import { MATH } from './math.ts';
import { NETWORK } from './network.ts';
import { OPERATORS } from './operators.ts';
import { OPTIONALS } from './optionals.ts';
import { REGEX } from './regex.ts';
import { SETS } from './sets.ts';
import { STANDARD } from './standard.ts';
import { STRINGS } from './strings.ts';
import { TIME } from './time.ts';

/** All functions of the language by topic, in the order of the reference page. */
export const LIBRARY: Readonly<Record<string, readonly FunctionDeclaration[]>> = {
  Operators: OPERATORS,
  'Types and conversions': STANDARD,
  Strings: STRINGS,
  'Regular expressions': REGEX,
  'Dates and durations': TIME,
  Numbers: MATH,
  Lists: LISTS,
  Sets: SETS,
  'Optional values': OPTIONALS,
  'IP addresses': NETWORK,
  Encodings: ENCODERS,
  'Digests and secrets': HASHES,
};

/** All functions of the language by name. */
export const FUNCTIONS: ReadonlyMap<string, FunctionDeclaration> = new Map(
  Object.values(LIBRARY)
    .flat()
    .map((declaration) => [declaration.name, declaration]),
);
