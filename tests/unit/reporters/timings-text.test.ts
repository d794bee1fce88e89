import { expect, test } from 'vitest';
import { nodeId } from '../../../src/kernel/node-id.ts';
import { coloursOf } from '../../../src/reporters/colours.ts';
import { timingsText } from '../../../src/reporters/timings-text.ts';

const options = { labelOf: (id: string) => id.slice(11), colours: coloursOf(false) };
const parts = { wait: 10, render: 20, plan: 5, engine: 100 };

test('phases, the slowest nodes, and all of them together', () => {
  const model = nodeId('model.shop.a');
  const text = timingsText(
    {
      phases: [
        { name: 'start', depth: 0, from: 0, until: 50, busy: 50 },
        { name: 'read the project', depth: 0, from: 50, until: 150, busy: 90 },
        { name: 'files', depth: 1, from: 60, until: 100, busy: 40 },
        { name: 'too short to tell', depth: 0, from: 150, until: 150.5, busy: 0.5 },
        { name: 'nodes', depth: 0, from: 200, until: 400, busy: 30 },
      ],
      nodes: [
        {
          id: nodeId('tests.shop.t'),
          thread: 'Thread-1',
          from: 300,
          until: 350,
          parts: { ...parts, engine: 10 },
          inside: model,
        },
        { id: model, thread: 'Thread-1', from: 200, until: 350, parts },
        { id: nodeId('model.shop.b'), thread: 'Thread-2', from: 200, until: 400, parts },
      ],
      total: 500,
      busy: 180,
    },
    options,
  );
  expect(text).toMatchInlineSnapshot(`
    "Where the time went: 0.500 s since the process began

    | phase            | seconds | share % | etl at work |
    | ---------------- | ------- | ------- | ----------- |
    | start            |   0.050 |      10 |       0.050 |
    | read the project |   0.100 |      20 |       0.090 |
    |   files          |   0.040 |       8 |       0.040 |
    | nodes            |   0.200 |      40 |       0.030 |
    | the rest         |   0.149 |      30 |       0.009 |

    | node        | seconds | wait  | render | plan  | engine | the rest |
    | ----------- | ------- | ----- | ------ | ----- | ------ | -------- |
    | b           |   0.200 | 0.010 |  0.020 | 0.005 |  0.100 |    0.065 |
    | a           |   0.150 | 0.010 |  0.020 | 0.005 |  0.100 |    0.015 |
    | t           |   0.050 | 0.010 |  0.020 | 0.005 |  0.010 |    0.005 |
    | all 3 nodes |   0.350 | 0.020 |  0.040 | 0.010 |  0.200 |    0.080 |"
  `);
});

test('a call without nodes has no table of them', () => {
  const phases = [{ name: 'start', depth: 0, from: 0, until: 50, busy: 50 }];
  const text = timingsText({ phases, nodes: [], total: 50, busy: 50 }, options);
  expect(text).not.toContain('engine');
  expect(text).toContain('start');
});
