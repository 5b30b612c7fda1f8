/** Waits for `work`, for at most `timeout` milliseconds; `onFailure` instead of a rejection. */
export async function closeInTime(
  work: Promise<unknown>,
  timeout: number,
  onFailure: () => void,
): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, timeout);
  await Promise.race([work.catch(onFailure), late]);
  clearTimeout(timer);
}
