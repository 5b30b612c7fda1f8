import type { DescMessage } from '@bufbuild/protobuf';

/** A message, and all messages that its fields may hold. */
export function reachable(type: DescMessage): ReadonlySet<DescMessage> {
  const reached = new Set([type]);
  for (const each of reached) {
    for (const { message } of each.fields) if (message !== undefined) reached.add(message);
  }
  return reached;
}
