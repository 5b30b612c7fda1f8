import { type Command, InvalidArgumentError, Option } from 'commander';

/** Declares the flags of `eval`. */
export function addEvalFlags(command: Command): Command {
  const several = (text: string, before: string[] | undefined): string[] => [...(before ?? []), text];
  return command
    .option(
      '--request <file>',
      'the request: YAML or JSON as in a PolicyTest, or a CheckRequest; `-` for standard input',
    )
    .option('--record <file>', 'the request of one line of the decision log; `-` for standard input')
    .option('--method <method>', 'the HTTP method (default: GET)')
    .option('--host <host>', 'the authority')
    .option('--path <path>', 'the path as sent, with the query string (default: /)')
    .option('--principal <id>', 'the peer’s identity (default: no client certificate)')
    .option('--address <ip>', 'the peer’s IP address (default: 192.0.2.1)')
    .addOption(new Option('--header <name: value>', 'a request header, any number').argParser(several))
    .option('--body <file>', 'the body; `-` for standard input')
    .option('--token <jwt>', 'a token to be sent as it is, behind `Bearer `')
    .option('--issuer <name>', 'sign a token of this Issuer document')
    .addOption(
      new Option('--claim <name=value>', 'a claim of that token, JSON or text, any number').argParser(
        several,
      ),
    )
    .option('--now <time>', 'the clock, RFC 3339 (default: that of the request, else now)')
    .addOption(
      new Option('--xfcc-trusted-hops <n>', 'how many elements of x-forwarded-client-cert count')
        .argParser(hops)
        .default(0),
    )
    .option('--environment <name>', 'the Environment that it is decided in (default: the only one)')
    .option('--expression <cel>', 'evaluate this over the request instead of deciding it')
    .addOption(new Option('--output <form>', 'how to print').choices(['human', 'json']).default('human'));
}

function hops(text: string): number {
  if (!/^\d{1,3}$/.test(text)) throw new InvalidArgumentError('A number from 0 to 999 is wanted.');
  return Number(text);
}
