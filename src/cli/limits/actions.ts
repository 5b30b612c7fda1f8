/** Actions of `lictor limits`, by the word after it. */
export const LIMIT_ACTIONS = ['what-if'] as const;
