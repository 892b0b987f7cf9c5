"""The hosts that the documentation speaks of, as far as its commands reach them: an API on the usual ports, the same behind TLS, a proxy
before the center, and the way to the cluster of the test. usage: world.py FOLDER"""
import http.client
import http.server
import json
import os
import socket
import ssl
import sys
import threading

folder = sys.argv[1]


class Api(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with open(f"{folder}/asked", "ab") as asked:
            asked.write(b".")
        if self.headers.get("Host", "").startswith("weir.example"):
            return self.pass_on(body)
        content = json.dumps({"id": 7, "name": "Ada", "total": 12.5}).encode()
        self.send_response(201 if self.command == "POST" else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def pass_on(self, body):
        center = http.client.HTTPConnection("127.0.0.1", 7373, timeout=30)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "connection")}
        center.request(self.command, self.path, body, {**headers, "Host": "127.0.0.1:7373"})
        answer = center.getresponse()
        content = answer.read()
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.headers.get("Content-Type", "text/plain"))
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = answer

    def log_message(self, *arguments):
        pass


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 128


def serve(port, tls=None):
    server = Server(("127.0.0.1", port), Api)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()


def copy(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
    except OSError:
        pass
    finally:
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


def forward(path):
    """127.0.0.1:6443 leads to a socket file: the server behind it is outside of this network."""
    listener = socket.create_server(("127.0.0.1", 6443), backlog=64)
    while True:
        client, _ = listener.accept()
        server = socket.socket(socket.AF_UNIX)
        server.connect(path)
        threading.Thread(target=copy, args=(client, server), daemon=True).start()
        threading.Thread(target=copy, args=(server, client), daemon=True).start()


tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
tls.load_cert_chain(f"{folder}/etc-weir/tls/center.pem", f"{folder}/etc-weir/tls/center.key")
for port in (80, 8080, 4318):
    serve(port)
for port in (443, 7701):
    serve(port, tls)
if os.path.islink(f"{folder}/cluster"):
    threading.Thread(target=forward, args=(os.readlink(f"{folder}/cluster"),), daemon=True).start()
open(f"{folder}/world.ready", "w").close()
threading.Event().wait()
