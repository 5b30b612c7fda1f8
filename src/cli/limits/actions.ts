/** What `lictor limits` does, by the word after it. */
export const LIMIT_ACTIONS = ['what-if'] as const;
