import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { DuckTopicsError, messageOf } from '../errors.ts';

/** The port on which Quack clients look when none is given. */
export const defaultPort = 9494;

/**
 * Checks that nothing listens on a port, and finds a free one for port 0.
 *
 * Quack's server shares its port with any other that asks for the same: the clients of one would reach the other. So the port is
 * taken first in the exclusive way, and given back.
 *
 * Throws `port in use: ...` and `cannot listen on ...`.
 */
export async function freePort(host: string, port: number): Promise<number> {
  const server = createServer();
  try {
    server.listen({ host, port, exclusive: true });
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  } catch (cause) {
    throw errorOf(cause, host, port);
  } finally {
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  }
}

function errorOf(cause: unknown, host: string, port: number): DuckTopicsError {
  const { code } = cause as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') {
    return new DuckTopicsError(`port in use: ${port} on ${host}`, {
      mend: 'choose another with --port, or any free one with --port 0',
      cause,
    });
  }
  if (code === 'EACCES') {
    return new DuckTopicsError(`cannot listen on port ${port}: ports below 1024 are for root`, {
      mend: 'choose another with --port',
      cause,
    });
  }
  return new DuckTopicsError(`cannot listen on ${host}: ${messageOf(cause)}`, {
    mend: 'give an address of this machine with --host, as 127.0.0.1',
    cause,
  });
}
