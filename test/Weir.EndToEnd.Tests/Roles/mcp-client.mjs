// Asks a center through the protocol's own client: over HTTP, and over `weir mcp`. Prints what it learned as JSON.
// usage: node mcp-client.mjs NODE_MODULES CENTER TOKEN_FILE WEIR
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [modules, center, tokenFile, weir] = process.argv.slice(2);
const from = (path) => import(pathToFileURL(`${modules}/@modelcontextprotocol/sdk/dist/esm/client/${path}.js`));
const { Client } = await from('index');
const { StreamableHTTPClientTransport } = await from('streamableHttp');
const { StdioClientTransport } = await from('stdio');

const transports = {
  http: new StreamableHTTPClientTransport(new URL(`${center}/mcp`), {
    requestInit: { headers: { Authorization: `Bearer ${readFileSync(tokenFile, 'utf8').trim()}` } },
  }),
  stdio: new StdioClientTransport({ command: weir, args: ['mcp', '--center', center, '--token-file', tokenFile] }),
};
const learned = {};
for (const [name, transport] of Object.entries(transports)) {
  const client = new Client({ name: 'weir-test', version: '1' });
  await client.connect(transport);
  const { tools } = await client.listTools();
  const list = await client.callTool({ name: 'list_calls', arguments: { where: 'status_code == 404', limit: 5 } });
  const wrong = await client.callTool({ name: 'list_calls', arguments: { where: 'status_code ==' } });
  const unknown = await client.callTool({ name: 'no_such_tool', arguments: {} }).then(() => 'an answer', (failure) => failure.code);
  learned[name] = {
    server: client.getServerVersion().name,
    tools: tools.map((tool) => tool.name),
    calls: JSON.parse(list.content[0].text).items.map((call) => call.request.path),
    wrong: [wrong.isError, wrong.content[0].text],
    unknown,
  };
  await client.close();
}
console.log(JSON.stringify(learned));
