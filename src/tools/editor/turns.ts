/** Lets the server read messages, and answer other requests. */
export async function nextTurn(): Promise<void> {
  await new Promise((resume) => setImmediate(resume));
}
