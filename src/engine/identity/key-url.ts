/**
 * Reason not to fetch keys from this URL; undefined if it may be used: https, or plain http to loopback, without user
 * and password.
 */
export function keyUrlProblem(text: string): string | undefined {
  const url = URL.parse(text);
  if (url === null) return 'it is not an absolute URL';
  if (url.username !== '' || url.password !== '') return 'it contains a user name or password';
  if (url.protocol === 'https:') return undefined;
  if (url.protocol !== 'http:') return 'its scheme must be `https`, or `http` for loopback addresses';
  return isLoopback(url.hostname)
    ? undefined
    : 'plain `http` is accepted only for loopback addresses; use `https`';
}

/** Reason not to follow a redirect from one key URL to another; undefined if it may be followed. */
export function redirectProblem(from: string, to: string): string | undefined {
  const problem = keyUrlProblem(to);
  if (problem !== undefined) return problem;
  // Else a foreign server could choose what is asked on this host.
  const leavesLoopback = !isLoopback(new URL(from).hostname) && isLoopback(new URL(to).hostname);
  return leavesLoopback ? 'it is a loopback address' : undefined;
}

/** Reason why an OpenID configuration cannot be found by this issuer; undefined if it can. */
export function discoveryProblem(issuer: string): string | undefined {
  const problem = keyUrlProblem(issuer);
  if (problem !== undefined) return problem;
  return /[?#]/.test(issuer) ? 'it has a query or a fragment' : undefined;
}

/** The URL of the OpenID configuration of an issuer (OpenID Connect Discovery 1.0, section 4). */
export function discoveryUrl(issuer: string): string {
  return `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
}

/** True for the host of a URL that is this machine by its name alone. */
function isLoopback(hostname: string): boolean {
  // The URL parser turns every spelling of an IPv4 address into four decimal numbers.
  return (
    hostname === 'localhost' || hostname === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname)
  );
}
