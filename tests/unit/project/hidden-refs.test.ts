import { expect, test } from 'vitest';
import { nodeId } from '../../../src/kernel/node-id.ts';
import { loadedFiles } from '../../support/load-files.ts';

test('a ref behind is_incremental() is found beside refs that the render calls, and a comment hides none', async () => {
  const { manifest } = await loadedFiles({
    'models/a.sql': 'select 1 as id',
    'models/b.sql': 'select 1 as id',
    'models/c.sql': `select * from {{ ref('a') }} {% for i in [1, 2] %}{{ ref('a') }}{% endfor %}
{% if is_incremental() %} join {{ ref('b') }} using (id) {% endif %}`,
    'models/d.sql': `select * from {{ ref('a') }} -- not ref('b')
{% if is_incremental() %} where true {% endif %}`,
  });
  const parents = (name: string): unknown =>
    manifest.nodes[nodeId(`model.shop.${name}`)]?.depends_on.nodes;
  expect(parents('c')).toEqual(['model.shop.a', 'model.shop.b']);
  expect(parents('d')).toEqual(['model.shop.a']);
});
