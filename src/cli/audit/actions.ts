/** Actions of `lictor audit`, by the word after it. */
export const AUDIT_ACTIONS = ['verify', 'prove', 'query', 'key', 'witness'] as const;

export type AuditAction = (typeof AUDIT_ACTIONS)[number];
