import { readFileSync, writeFileSync } from 'node:fs';
import { typesOf } from './api-types.mjs';

const at = (path) => new URL(path, import.meta.url);
writeFileSync(at('../src/api/openapi.ts'), typesOf(JSON.parse(readFileSync(at('../../docs/openapi.json'), 'utf8'))));
