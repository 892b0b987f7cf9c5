import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
// @ts-expect-error: a script without types
import { typesOf } from '../../scripts/api-types.mjs';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');

it('has types that are those of the document', () => {
  expect(read('./openapi.ts'), 'run npm run types').toBe((typesOf as (document: unknown) => string)(JSON.parse(read('../../../docs/openapi.json'))));
});
