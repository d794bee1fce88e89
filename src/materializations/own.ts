import type { OwnBuild } from '../adapter/own-build.ts';
import {
  afterSegments,
  asSegments,
  beginning,
  publishing,
  publishWithHooks,
  type Publish,
  type Recipe,
  type SelectIngredients,
} from './recipe.ts';

function publishOf(from: SelectIngredients, { publish }: OwnBuild): Publish {
  if (publish.kind === 'ready')
    return { kind: 'ready', attempts: publishWithHooks(from, publish.attempts) };
  const { decide: inPlace } = publish;
  return publishing(from, { inPlace });
}

/** A materialization that the engine brings along, with the hooks, the contract and the clean-up that all have. */
export function own(from: SelectIngredients, built: OwnBuild): Recipe {
  return {
    action: built.action,
    becomes: built.becomes,
    ...beginning(from, built.build),
    finish: [],
    ...(built.testable === undefined ? {} : { testable: built.testable }),
    publish: publishOf(from, built),
    after: afterSegments(from),
    tidy: asSegments(from, built.tidy),
    hazards: built.hazards,
  };
}
