import type { Ajv2020, KeywordCxt } from 'ajv/dist/2020.js';
import { _, type Code, str } from 'ajv/dist/2020.js';
import { isConst, isInEnum, NUMBER_KEYWORDS } from './exact-numbers.ts';

/**
 * Replaces the keywords that compare numbers: the library compares doubles, and takes the remainder of doubles for
 * `multipleOf`. Values of keywords may be integers of 64 bits.
 */
export function addExactNumbers(ajv: Ajv2020): void {
  for (const { keyword, words, validate } of NUMBER_KEYWORDS) {
    ajv.removeKeyword(keyword);
    const message = ({ schemaCode }: Pick<KeywordCxt, 'schemaCode'>): Code =>
      str`must be ${words} ${schemaCode}`;
    ajv.addKeyword({ keyword, type: 'number', validate, error: { message } });
  }
  ajv.removeKeyword('const');
  ajv.addKeyword({ keyword: 'const', validate: isConst, error: { message: 'must be equal to constant' } });
  ajv.removeKeyword('enum');
  ajv.addKeyword({
    keyword: 'enum',
    validate: isInEnum,
    error: {
      message: 'must be equal to one of the allowed values',
      params: ({ schemaCode }) => _`{allowedValues: ${schemaCode}}`,
    },
  });
}
