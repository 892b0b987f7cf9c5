// node as two real peers of a WebSocket over HTTP/2 (RFC 8441): `h2_websocket.js server ADDRESS PORT` or `client ADDRESS PORT`.
// The server sends each message back; the client sends three on one stream, asks for a document on another, and closes with 1000.
'use strict';
const http2 = require('node:http2');
const crypto = require('node:crypto');

const [mode, address, port] = process.argv.slice(2);

// RFC 6455 §5.2.
function frame(opcode, payload, masked) {
  const length = payload.length < 126 ? Buffer.from([payload.length]) : Buffer.from([126, payload.length >> 8, payload.length & 255]);
  length[0] |= masked ? 0x80 : 0;
  const head = Buffer.concat([Buffer.from([0x80 | opcode]), length]);
  if (!masked) return Buffer.concat([head, payload]);
  const mask = crypto.randomBytes(4);
  return Buffer.concat([head, mask, Buffer.from(payload.map((byte, i) => byte ^ mask[i % 4]))]);
}

function reader(onFrame) {
  let held = Buffer.alloc(0);
  return (chunk) => {
    held = Buffer.concat([held, chunk]);
    while (held.length >= 2) {
      const masked = (held[1] & 0x80) !== 0;
      let length = held[1] & 0x7f;
      let at = 2;
      if (length === 126) {
        if (held.length < 4) return;
        length = held.readUInt16BE(2);
        at = 4;
      }
      const end = at + (masked ? 4 : 0) + length;
      if (held.length < end) return;
      const mask = masked ? held.subarray(at, at + 4) : Buffer.alloc(4);
      const payload = Buffer.from(held.subarray(end - length, end).map((byte, i) => byte ^ mask[i % 4]));
      onFrame(held[0] & 0x0f, payload);
      held = held.subarray(end);
    }
  };
}

if (mode === 'server') {
  const server = http2.createServer({ settings: { enableConnectProtocol: true } });
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {});
    if (headers[':protocol'] !== 'websocket') {
      stream.respond({ ':status': 200, 'content-type': 'text/plain' });
      stream.end('a document beside it');
      return;
    }
    stream.respond({ ':status': 200 });
    stream.on('data', reader((opcode, payload) => {
      stream.write(frame(opcode, payload, false));
      if (opcode === 8) stream.end();
    }));
  });
  server.listen(Number(port), address, () => console.error('serving'));
} else {
  const session = http2.connect(`http://${address}:${port}`);
  session.on('remoteSettings', (settings) => {
    if (!settings.enableConnectProtocol) throw new Error('the server knows no extended CONNECT');
    const stream = session.request({ ':method': 'CONNECT', ':protocol': 'websocket', ':path': '/chat?room=1', 'sec-websocket-version': '13' }, { endStream: false });
    const messages = ['first', 'x'.repeat(3000), 'last'];
    let answered = 0;
    stream.on('response', () => {
      stream.write(frame(1, Buffer.from(messages[0]), true));
      session.request({ ':path': '/document' }).resume().end();
    });
    stream.on('data', reader((opcode, payload) => {
      if (opcode === 8) {
        stream.end();
        session.close();
        return;
      }
      if (payload.toString() !== messages[answered]) throw new Error(`not what was sent: ${payload}`);
      answered += 1;
      if (answered < messages.length) stream.write(frame(1, Buffer.from(messages[answered]), true));
      else stream.write(frame(8, Buffer.concat([Buffer.from([3, 232]), Buffer.from('done')]), true));
    }));
    session.on('close', () => console.error(`${answered} answers`));
  });
}
