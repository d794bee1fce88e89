// An embedded engine behind an interface of its own, for programs that read what was built.

/** How an engine is to be served. */
export interface ServingWish {
  readonly host: string;
  /** 0: any free one */
  readonly port: number;
  /** clients may change what is there */
  readonly mayWrite: boolean;
  /** a password of the user's own; `none`: everybody is let in; `kept`: one that is made once and kept with the data */
  readonly password: { readonly own: string } | 'none' | 'kept';
}

/** An engine that is served until it is closed. */
export interface Serving {
  readonly url: string;
  /** the engine and its version, for people */
  readonly engine: string;
  readonly user: string;
  readonly password: string | undefined;
  /** where a kept password lies */
  readonly passwordFile: string | undefined;
  readonly data: string;
  /** Stops what runs, and gives the data directory free. */
  readonly close: () => Promise<void>;
}
