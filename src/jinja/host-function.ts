import { bindArguments } from './py/signature.ts';
import type { Args, Kwargs, PyObject, Value } from './py/values.ts';

/** What a template asks of the world while it renders. Whoever drives the render answers it. */
export interface Question {
  readonly kind: string;
  readonly [key: string]: unknown;
}

/** A function that may ask: it yields questions, is resumed with their answers, and returns its value. */
export type Asking = Generator<Question, Value, unknown>;

/** A function of the host as templates call it. A returned `undefined` counts as None. */
export class HostFunction implements PyObject {
  readonly pyType: string = 'function';
  readonly name: string;
  readonly #run: (args: Args, kwargs: Kwargs) => Value;

  constructor(name: string, run: (args: Args, kwargs: Kwargs) => Value) {
    this.name = name;
    this.#run = run;
  }

  pyCall(args: Args, kwargs: Kwargs): Value {
    return this.#run(args, kwargs);
  }

  pyStr(): string {
    return `<function ${this.name}>`;
  }
}

/** A function of the host that may ask. The synchronous flavour stops before it starts. */
export class AskingFunction implements PyObject {
  readonly pyType = 'function';
  readonly name: string;
  readonly start: (args: Args, kwargs: Kwargs) => Asking;

  constructor(name: string, start: (args: Args, kwargs: Kwargs) => Asking) {
    this.name = name;
    this.start = start;
  }

  pyStr(): string {
    return `<function ${this.name}>`;
  }
}

/** A function for `{% call name(...) %} body {% endcall %}`: it gets the rendered body ('' in a plain call). */
export class BlockFunction implements PyObject {
  readonly pyType = 'function';
  readonly name: string;
  /** what is called once the body is there */
  readonly withBody: (body: string) => HostFunction | AskingFunction;

  constructor(name: string, withBody: (body: string) => HostFunction | AskingFunction) {
    this.name = name;
    this.withBody = withBody;
  }

  pyStr(): string {
    return `<function ${this.name}>`;
  }
}

/** A template function from (args, kwargs) → value. */
export const hostFunction = (
  name: string,
  run: (args: Args, kwargs: Kwargs) => Value,
): HostFunction => new HostFunction(name, run);

/** A template function with named parameters: `run` gets them in order, undefined where none was given. */
export const namedFunction = (
  name: string,
  parameters: readonly string[],
  run: (values: Value[]) => Value,
): HostFunction =>
  new HostFunction(name, (args, kwargs) => run(bindArguments(name, parameters, args, kwargs)));

/** A template function that may ask: a generator of questions that returns the value. */
export const askingFunction = (
  name: string,
  start: (args: Args, kwargs: Kwargs) => Asking,
): AskingFunction => new AskingFunction(name, start);

/** A function for call blocks from (body, args, kwargs) → value. */
export const blockFunction = (
  name: string,
  run: (body: string, args: Args, kwargs: Kwargs) => Value,
): BlockFunction =>
  new BlockFunction(
    name,
    (body) => new HostFunction(name, (args, kwargs) => run(body, args, kwargs)),
  );

/** A function for call blocks that may ask; the body is rendered before it starts. */
export const askingBlockFunction = (
  name: string,
  start: (body: string, args: Args, kwargs: Kwargs) => Asking,
): BlockFunction =>
  new BlockFunction(
    name,
    (body) => new AskingFunction(name, (args, kwargs) => start(body, args, kwargs)),
  );
