import { setMaxListeners } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '../errors.ts';
import type { HostFunction } from './host-function.ts';
import type { Labeller, Scope } from './labeller.ts';

/** How many statements are remembered; a connection has one at a time, the connections of a server as many as they are. */
const STATEMENTS = 1000;

interface Statement {
  scope: Scope;
  controller: AbortController;
  timer: NodeJS.Timeout;
}

/**
 * Answers the calls that a DuckDB connection, or all connections of a server, make of TypeScript functions.
 *
 * Why a socket: DuckDB's C API wants the results of a scalar function when its callback returns, and a JavaScript callback runs
 * on the thread of the event loop. A function that asks an endpoint would have to block that thread, and with it every timer,
 * progress bar and signal of the program. So the callback is native (`_call_host`): it sends the rows of a chunk through a Unix
 * socket and waits in DuckDB's own thread, while the event loop answers. The socket lies in a folder that only this user can
 * enter, and is gone with the process.
 */
export class HostServer {
  readonly #functions: ReadonlyMap<string, HostFunction>;
  readonly #labeller: () => Promise<Labeller>;
  readonly #querySeconds: () => number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #folder: string;
  readonly path: string;
  /** By what tells one statement from the next; the last used is the last. */
  readonly #statements = new Map<string, Statement>();

  constructor(functions: readonly HostFunction[], labeller: () => Promise<Labeller>, querySeconds: () => number) {
    this.#functions = new Map(functions.map((definition) => [definition.name, definition]));
    this.#labeller = labeller;
    this.#querySeconds = querySeconds;
    this.#folder = privateFolder();
    this.path = join(this.#folder, 'host.sock');
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#serve(socket));
    this.#server.unref();
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.path, resolve);
    });
  }

  /** Ends what the running statements have asked for; they fail. */
  interrupt(): void {
    for (const { controller } of this.#statements.values()) controller.abort(new Error('interrupted'));
  }

  /** Ends all calls and takes no more. */
  close(): void {
    this.interrupt();
    for (const { timer } of this.#statements.values()) clearTimeout(timer);
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    removeFolder(this.#folder);
  }

  #serve(socket: Socket): void {
    const chunks: Buffer[] = [];
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    // DuckDB's side has gone: nobody waits for the answer.
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('end', async () => socket.end(await this.#reply(Buffer.concat(chunks).toString('utf8'))));
  }

  async #reply(request: string): Promise<Buffer> {
    try {
      const [, name = '', statement = '', rows = ''] = /^([^\n]*)\n([^\n]*)\n([\s\S]*)$/.exec(request) ?? [];
      const definition = this.#functions.get(name);
      if (definition === undefined) throw new Error('unknown function');
      const results = await definition.run(JSON.parse(rows), await this.#labeller(), this.#scopeOf(statement));
      return Buffer.concat([frame(''), ...results.map(resultFrame)]);
    } catch (error) {
      return frame(messageOf(error) || 'failed');
    }
  }

  /** The scope of a statement, which lasts over all its calls. Nobody says when a statement has ended: the oldest go. */
  #scopeOf(key: string): Scope {
    const known = this.#statements.get(key);
    const statement = known ?? this.#begin();
    this.#statements.delete(key);
    this.#statements.set(key, statement);
    if (this.#statements.size > STATEMENTS) this.#forgetOldest();
    return statement.scope;
  }

  #forgetOldest(): void {
    for (const [key, { timer }] of this.#statements) {
      clearTimeout(timer);
      this.#statements.delete(key);
      return;
    }
  }

  #begin(): Statement {
    const controller = new AbortController();
    // One listener for each request that waits.
    setMaxListeners(0, controller.signal);
    const scope: Scope = { signal: controller.signal };
    const seconds = this.#querySeconds();
    const timer = setTimeout(
      () => {
        scope.refused = new Error(`not answered within ${seconds} s, the time limit of a statement`);
        controller.abort(scope.refused);
      },
      Math.min(seconds * 1000, 2 ** 31 - 1),
    );
    timer.unref();
    return { scope, controller, timer };
  }
}

const folders = new Set<string>();
let isRemovedAtExit = false;

function privateFolder(): string {
  // The path of a Unix socket has at most 107 bytes.
  const base = tmpdir().length < 70 ? tmpdir() : '/tmp';
  const folder = mkdtempSync(join(base, 'ducktopics-'));
  if (!isRemovedAtExit) process.once('exit', () => folders.forEach(removeFolder));
  isRemovedAtExit = true;
  folders.add(folder);
  return folder;
}

function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  folders.delete(folder);
}

function resultFrame(result: unknown): Buffer {
  if (result === null || result === undefined) return Buffer.from(Uint32Array.of(0xffffffff).buffer);
  return frame(typeof result === 'string' ? result : JSON.stringify(result));
}

function frame(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  return Buffer.concat([Buffer.from(Uint32Array.of(bytes.length).buffer), bytes]);
}
