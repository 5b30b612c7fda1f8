import { exactName, isClearName, type ParameterNames } from './rewrite-query.ts';

/** Parts that some services read in another way: a `;` that ends a parameter, or another spelling of a name. */
export type ParameterTrouble = 'separator' | 'spelling';

/**
 * The first difference between a list of raw `name=value` as URLs define it and as some services read it, if it concerns
 * one of the names. `bracketed` are names that brackets may follow.
 */
export function parameterTrouble(
  names: ParameterNames,
  bracketed: readonly string[],
  parameters: readonly string[],
): ParameterTrouble | undefined {
  for (const parameter of parameters) {
    const parts = parameter.split(';');
    for (const part of parts) {
      if (isDotted(part, bracketed) && !names.hasExactly(part)) return 'spelling';
      if (!names.has(part)) continue;
      if (parts.length > 1) return 'separator';
      if (!names.hasExactly(part) && !isBracketed(part, bracketed)) return 'spelling';
    }
  }
  return undefined;
}

/** True for a member with a dot in place of its brackets, as some services read it. */
function isDotted(parameter: string, bracketed: readonly string[]): boolean {
  if (bracketed.length === 0) return false;
  const exact = exactName(parameter).toLowerCase();
  return bracketed.some((name) => exact.startsWith(`${name.toLowerCase()}.`));
}

function isBracketed(parameter: string, bracketed: readonly string[]): boolean {
  if (bracketed.length === 0) return false;
  const exact = exactName(parameter);
  return isClearName(parameter) && bracketed.some((name) => exact.startsWith(`${name}[`));
}
