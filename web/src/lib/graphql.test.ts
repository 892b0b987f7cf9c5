import { describe, expect, it } from 'vitest';
import { formatGraphQl, graphQlRequest } from './graphql';

describe('a GraphQL request', () => {
  it('is taken apart', () => {
    expect(graphQlRequest('{"query":"{ me { id } }","operationName":"","variables":{"a":1}}')).toEqual({
      query: '{\n  me {\n    id\n  }\n}', operationName: undefined, variables: '{"a":1}',
    });
    expect(graphQlRequest('[{"query":"{ a }","operationName":"A","variables":{}}]')).toMatchObject({ operationName: 'A', variables: undefined });
  });
  it('may be something else', () => {
    expect(graphQlRequest('not json')).toBeUndefined();
    expect(graphQlRequest('{"query":3}')).toBeUndefined();
    expect(graphQlRequest('null')).toBeUndefined();
  });
  it('keeps the lines it has, and braces of arguments in their line', () => {
    expect(formatGraphQl('{\n a }')).toBe('{\n a }');
    expect(formatGraphQl('query Q { find(by: {name: "} {"}) { id } }')).toBe('query Q {\n  find(by: {name: "} {"}) {\n    id\n  }\n}');
  });
  it('survives what is no GraphQL', () => {
    expect(formatGraphQl('}}}} {{{{ "')).toContain('{');
  });
});
