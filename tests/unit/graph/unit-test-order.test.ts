import { expect, test } from 'vitest';
import { nodeId, type NodeId } from '../../../src/kernel/node-id.ts';
import { putBeforeModels } from '../../../src/graph/unit-test-order.ts';

test('a unit test waits for what its model waits for, and the model for it', () => {
  const below = new Map([
    ['top', new Set(['tested:top', 'model'])],
    ['tested:top', new Set(['model'])],
    ['model', new Set(['unit', 'bottom', 'tested:model'])],
    ['tested:model', new Set(['bottom', 'unit'])],
    ['unit', new Set<string>()],
    ['bottom', new Set<string>()],
  ]);
  putBeforeModels(below, new Map<NodeId, NodeId>([[nodeId('unit'), nodeId('model')]]));
  expect(Object.fromEntries([...below].map(([part, next]) => [part, [...next]]))).toEqual({
    top: ['tested:top', 'model', 'unit'],
    'tested:top': ['model', 'unit'],
    model: ['bottom', 'tested:model'],
    'tested:model': ['bottom'],
    unit: ['model'],
    bottom: [],
  });
});
