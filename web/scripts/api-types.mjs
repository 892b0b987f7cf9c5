// Makes TypeScript of the schemas in docs/openapi.json: `npm run types` writes src/api/openapi.ts, a test compares.
// What may be null may also be absent, and the other way round: the center leaves out what is not known.

const name = (reference) => reference.split('/').at(-1);

function typeOf(schema, depth) {
  if (schema.$ref) return name(schema.$ref);
  if (schema.oneOf) return schema.oneOf.map((one) => typeOf(one, depth)).join(' | ');
  if (schema.enum) return schema.enum.map((one) => (one === null ? 'null' : `'${one}'`)).join(' | ');
  const types = [schema.type ?? 'unknown'].flat();
  return types.map((type) => {
    switch (type) {
      case 'array': {
        const item = typeOf(schema.items ?? {}, depth);
        return item.includes(' | ') ? `(${item})[]` : `${item}[]`;
      }
      case 'object': {
        if (schema.properties) return membersOf(schema, depth + 1);
        return schema.additionalProperties ? `Record<string, ${typeOf(schema.additionalProperties, depth)}>` : 'Record<string, unknown>';
      }
      case 'integer':
      case 'number': return 'number';
      case 'boolean':
      case 'string':
      case 'null': return type;
      default: return 'unknown';
    }
  }).join(' | ');
}

function membersOf(schema, depth) {
  const pad = '  '.repeat(depth);
  const lines = Object.entries(schema.properties ?? {}).flatMap(([key, value]) => {
    const type = typeOf(value, depth);
    const optional = !(schema.required ?? []).includes(key) || /\bnull\b/.test(type);
    const described = value.description ? [`${pad}/** ${value.description.replaceAll('*/', '*').replace(/\s+/g, ' ').trim()} */`] : [];
    return [...described, `${pad}${/^[\w$]+$/.test(key) ? key : `'${key}'`}${optional ? '?' : ''}: ${type};`];
  });
  return `{\n${lines.join('\n')}\n${'  '.repeat(depth - 1)}}`;
}

/** All schemas of a document as TypeScript, in the order of their names. */
export function typesOf(document) {
  const schemas = Object.entries(document.components.schemas).sort(([a], [b]) => (a < b ? -1 : 1));
  const texts = schemas.map(([key, schema]) => {
    const described = schema.description ? `/** ${schema.description.replaceAll('*/', '*').replace(/\s+/g, ' ').trim()} */\n` : '';
    return schema.properties ? `${described}export interface ${key} ${membersOf(schema, 1)}\n` : `${described}export type ${key} = ${typeOf(schema, 1)};\n`;
  });
  return `// Made of docs/openapi.json by scripts/api-types.mjs. Do not change it: npm run types writes it anew.\n\n${texts.join('\n')}`;
}
