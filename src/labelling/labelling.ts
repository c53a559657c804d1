import { hostFunctions } from '../../udfs/index.ts';
import { macroOf } from './host-macros.ts';
import { HostServer } from './host-server.ts';
import type { Labeller, Spent } from './labeller.ts';
import { recordMacros } from './record-macros.ts';
import { cacheFolder, type LabellingOptions, resolveSettings, type Settings } from './settings.ts';

/** What labelling uses of a connection; `DuckDBConnection` of `@duckdb/node-api` has it. */
export interface LabellingConnection {
  run(sql: string): Promise<unknown>;
  /** Replaced, so that an interrupt also ends the requests that the running statement waits for. */
  interrupt?(): void;
}

/**
 * The functions of `udfs/` for the connections of one program: they share a budget, a limit on requests under way, and a cache.
 */
export class Labelling {
  readonly #options: LabellingOptions | undefined;
  readonly #servers: HostServer[] = [];
  #settings: Settings | undefined;
  #labeller: Promise<Labeller> | undefined;

  /** Options that are given are checked here; those of the environment when a function is first called. */
  constructor(options?: LabellingOptions) {
    this.#options = options;
    if (options !== undefined) this.#settings = resolveSettings(options);
  }

  /** Creates the functions on a connection. Calling it again with the same connection changes nothing. */
  async attach(connection: LabellingConnection): Promise<void> {
    if (attached.has(connection)) return;
    const server = new HostServer(
      hostFunctions,
      () => this.#start(),
      () => this.#resolved().querySeconds,
    );
    await server.listen();
    this.#servers.push(server);
    attached.add(connection);
    const interrupt = connection.interrupt?.bind(connection);
    if (interrupt !== undefined) {
      connection.interrupt = () => {
        server.interrupt();
        interrupt();
      };
    }
    const statements = hostFunctions.map((definition) => macroOf(definition, server.path));
    await connection.run([...statements, ...recordMacros(cacheFolder(this.#options))].join('\n'));
  }

  /** What was asked and spent so far; `failures` counts the questions that were asked in vain. */
  async spent(): Promise<Spent> {
    return (await this.#labeller)?.spent ?? { calls: 0, usd: 0, failures: 0 };
  }

  /** Ends all calls; the functions fail from now on. */
  close(): void {
    for (const server of this.#servers.splice(0)) server.close();
  }

  #resolved(): Settings {
    this.#settings ??= resolveSettings(this.#options);
    return this.#settings;
  }

  async #start(): Promise<Labeller> {
    const settings = this.#resolved();
    // The endpoint's client, the tokenizer and the schemas are loaded when they are needed.
    this.#labeller ??= import('./labeller.ts').then(({ Labeller }) => new Labeller(settings));
    return this.#labeller;
  }
}

const attached = new WeakSet<LabellingConnection>();
