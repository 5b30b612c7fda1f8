/** A condition of a rule: CEL, or known before any request. */
export type Condition = string | boolean;

/** True if all are true. */
export function all(conditions: readonly Condition[]): Condition {
  if (conditions.includes(false)) return false;
  const open = conditions.filter((each) => typeof each === 'string');
  if (open.length === 0) return true;
  return open.length === 1 ? String(open[0]) : open.map(grouped).join(' && ');
}

/** True if one is true. */
export function any(conditions: readonly Condition[]): Condition {
  if (conditions.includes(true)) return true;
  const open = conditions.filter((each) => typeof each === 'string');
  if (open.length === 0) return false;
  return open.length === 1 ? String(open[0]) : open.map(alternative).join(' || ');
}

export function not(condition: Condition): Condition {
  if (typeof condition === 'boolean') return !condition;
  const equal = /^([\w.]+) == ([^ ]+)$/.exec(condition);
  if (equal !== null) return `${equal[1]} != ${equal[2]}`;
  const isOne = !condition.includes(' ') || (condition.startsWith('(') && isClosedAtEnd(condition));
  return isOne ? `!${condition}` : `!(${condition})`;
}

/** True if the first parenthesis is closed by the last letter. */
function isClosedAtEnd(condition: string): boolean {
  return !hasOutside(`(${condition.slice(0, -1)} ) `, ' )') && condition.endsWith(')');
}

/** An operand of `&&`. */
function grouped(condition: string): string {
  return hasOutside(condition, ' || ') ? `(${condition})` : condition;
}

/** An operand of `||`. */
function alternative(condition: string): string {
  return hasOutside(condition, ' && ') ? `(${condition})` : condition;
}

/** True if an operator is outside of parentheses, brackets and texts. */
function hasOutside(condition: string, operator: string): boolean {
  let depth = 0;
  let isText = false;
  for (let at = 0; at < condition.length; at += 1) {
    const letter = condition.charAt(at);
    if (isText) {
      if (letter === '\\') at += 1;
      else if (letter === "'") isText = false;
    } else if (letter === "'") isText = true;
    else if (letter === '(' || letter === '[') depth += 1;
    else if (letter === ')' || letter === ']') depth -= 1;
    else if (depth === 0 && condition.startsWith(operator, at)) return true;
  }
  return false;
}
