import { str } from './py/print.ts';
import type { PyObject, Value } from './py/values.ts';

/** What a YAML value is wanted as. */
export type Mark = 'text' | 'native' | 'bool' | 'number';

/** A text of a YAML value together with the type that a filter asked for. */
export class Marked implements PyObject {
  readonly pyType = 'str';
  readonly mark: Mark;
  readonly text: string;

  constructor(mark: Mark, value: Value) {
    this.mark = mark;
    this.text = str(value);
  }

  pyStr(): string {
    return this.text;
  }

  pyBool(): boolean {
    return this.text !== '';
  }

  pyEq(other: Value): boolean {
    return str(other) === this.text;
  }
}
