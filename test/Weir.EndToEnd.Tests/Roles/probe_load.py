#!/usr/bin/env python3
"""A service and its client in one process: `probe_load.py PORT NAME SECONDS PER_SECOND`. Asks for /NAME/0, /NAME/1 … over a few
connections and prints at the end how many answers there were."""
import http.client, http.server, sys, threading, time

port, name, seconds, rate = int(sys.argv[1]), sys.argv[2], float(sys.argv[3]), float(sys.argv[4])


class Service(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = b'{"path":"%s"}' % self.path.encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Service)
threading.Thread(target=server.serve_forever, daemon=True).start()
asked, start = 0, time.monotonic()
connections = [http.client.HTTPConnection("127.0.0.1", port) for _ in range(4)]
while time.monotonic() - start < seconds:
    connection = connections[asked % len(connections)]
    connection.request("GET", "/%s/%d" % (name, asked))
    assert connection.getresponse().read()
    asked += 1
    wait = start + asked / rate - time.monotonic()
    if wait > 0:
        time.sleep(wait)
for connection in connections:
    connection.close()
time.sleep(0.5)
print(asked)
