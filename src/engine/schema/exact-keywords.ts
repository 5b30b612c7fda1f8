import type { Ajv2020 } from 'ajv/dist/2020.js';
import { isConst, isInEnum, NUMBER_KEYWORDS } from './exact-numbers.ts';

/**
 * Replaces the keywords that compare numbers: the library compares doubles, and takes the remainder of doubles for
 * `multipleOf`. Values of keywords may be integers of 64 bits.
 */
export function addExactNumbers(ajv: Ajv2020): void {
  for (const { keyword, validate } of NUMBER_KEYWORDS) {
    ajv.removeKeyword(keyword);
    ajv.addKeyword({ keyword, type: 'number', validate, errors: false });
  }
  ajv.removeKeyword('const');
  ajv.addKeyword({ keyword: 'const', validate: isConst, errors: false });
  ajv.removeKeyword('enum');
  ajv.addKeyword({ keyword: 'enum', validate: isInEnum, errors: false });
}
