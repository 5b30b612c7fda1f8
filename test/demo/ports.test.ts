import { createServer, type Server } from 'node:net';
import { freePort } from '../support/ports.ts';
import { SetupError, takePorts } from './ports.ts';

describe('ports of the demo', () => {
  let server: Server;
  afterEach(() => new Promise((resolve) => (server?.listening ? server.close(resolve) : resolve(undefined))));

  test.each(['abc', '80', '65535', '1.5', '-1'])('%j is not a valid first port', async (first) => {
    await expect(takePorts(first)).rejects.toThrow(
      new SetupError(`DEMO_PORT is \`${first}\`; it must be a number from 1024 to 65530`),
    );
  });

  test('a port in use is named, with its purpose and a solution', async () => {
    const taken = await freePort();
    server = createServer();
    await new Promise<void>((resolve) => server.listen(taken, '127.0.0.1', resolve));
    await expect(takePorts(String(taken - 2))).rejects.toThrow(
      new RegExp(
        `${taken} \\(for the login of acme\\).* on 127.0.0.1 in use; .*\`DEMO_PORT=20443 make demo\``,
      ),
    );
  });
});
