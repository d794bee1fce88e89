// The surroundings of a target: where its settings may come from, and the server that an adapter runs itself for a project.

/** Where settings come from that an output leaves open. */
export interface TargetWorld {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homeDir: string | undefined;
  /** told of each file that settings may come from, before it is looked at; it may not be there */
  readonly asks?: ((path: string) => void) | undefined;
}

/** A server of the adapter's own, as people handle it. */
export interface OwnServerState {
  /** folder of its data */
  readonly data: string;
  readonly log: string;
  /** it goes on when nobody uses it any more */
  readonly isKept: boolean;
  readonly running?: {
    readonly pid: number;
    readonly version: string;
    /** how many processes of ours use it */
    readonly users: number;
    /** for programs of the same user */
    readonly url: string;
    /** for programs that come by TCP, on this machine; holds a password */
    readonly tcpUrl?: string;
    readonly port?: number;
  };
}
export interface ServerWish {
  /** listen on this port of 127.0.0.1 too */
  readonly port: number | undefined;
}
export interface OwnServer {
  /** looks; starts nothing */
  state(): Promise<OwnServerState>;
  /** starts it, and keeps it running when nobody uses it any more */
  start(wish: ServerWish): Promise<OwnServerState>;
  /** lets it go: it ends when nobody uses it any more, which may be at once */
  stop(): Promise<OwnServerState>;
}
