/** What stands for a word; `call` says whether brackets follow it. `args` is what stands in them. */
export interface ClockWord {
  readonly call: 'must' | 'may' | 'never';
  readonly text: (args: string) => string;
}
