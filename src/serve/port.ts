import { once } from 'node:events';
import { type AddressInfo, connect, createServer, isIP } from 'node:net';
import { DuckTopicsError, messageOf } from '../errors.ts';

/**
 * Checks that a server can listen on a port, and finds a free one for port 0.
 *
 * Quack's server asks the system to share its port: a second one on the same port would get a part of the clients of the first, and
 * nobody an error. So this looks whether somebody answers there. (To take the port and give it back would not do: for a minute
 * after a server with clients has stopped, only a socket that shares can have the port.)
 *
 * Throws `port in use: ...` and `cannot listen on ...`.
 */
export async function freePort(host: string, port: number): Promise<number> {
  const free = await listenForAMoment(host);
  if (port === 0) return free;
  if (await isAnswered(host, port)) {
    throw new DuckTopicsError(`port in use: ${port} on ${host}`, {
      mend: 'choose another with --port, or any free one with --port 0',
    });
  }
  return port;
}

async function isAnswered(host: string, port: number): Promise<boolean> {
  const socket = connect({ host: reachable(host), port });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** Where a server that listens on every address can be reached from here. */
function reachable(host: string): string {
  return { '0.0.0.0': '127.0.0.1', '::': '::1' }[host] ?? host;
}

/** Listens on any free port, to see that the address is one of this machine. */
async function listenForAMoment(host: string): Promise<number> {
  const server = createServer();
  try {
    server.listen({ host, port: 0 });
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  } catch (cause) {
    const reason = isIP(host) ? 'no address of this machine' : messageOf(cause);
    throw new DuckTopicsError(`cannot listen on ${host}: ${reason}`, {
      mend: 'give an address of this machine with --host, as 127.0.0.1',
      cause,
    });
  } finally {
    server.close();
  }
}
