/** A rule that cannot be compiled. The message is for its author. */
export class RuleMistake extends Error {
  override readonly name = 'RuleMistake';
}
