#!/usr/bin/env python3
"""Debian's python3-grpcio in the place of a Tetragon agent: `sensor_peer.py ADDRESS FILE`.

Answers GetEvents with the messages of FILE (each with its length in four bytes, big-endian, before it), and then says nothing until the
client goes. Prints `serving on PORT`, and `asked HEX` with the request."""
import struct
import sys
import time
from concurrent import futures

import grpc

address, name = sys.argv[1:3]
with open(name, "rb") as file:
    content = file.read()
messages = []
while content:
    size = struct.unpack(">I", content[:4])[0]
    messages.append(content[4:4 + size])
    content = content[4 + size:]


def get_events(request, context):
    print("asked " + request.hex(), flush=True)
    for message in messages:
        yield message
    while context.is_active():
        time.sleep(0.05)


server = grpc.server(futures.ThreadPoolExecutor(4))
server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("tetragon.FineGuidanceSensors", {
    "GetEvents": grpc.unary_stream_rpc_method_handler(get_events)}),))
port = server.add_insecure_port(address)
server.start()
print("serving on %d" % port, flush=True)
server.wait_for_termination()
