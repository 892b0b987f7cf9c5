#!/usr/bin/env python3
"""A probe in the shape of wakizashi's: `wakizashi_probe.py ADDRESS PROTO_FOLDER RECORDS`, records as lines TIMESTAMP SRC DST POD SIZE.

Debian's python3-grpcio with messages generated from its proto file; prints the reply."""
import sys, tempfile

import grpc
from grpc_tools import protoc

address, folder, records = sys.argv[1:4]
out = tempfile.mkdtemp(prefix="weir-wakizashi-")
sys.path.insert(0, out)
if protoc.main(["", "-I" + folder, "--python_out=" + out, "--grpc_python_out=" + out, folder + "/transmit.proto"]) != 0:
    sys.exit("the proto file is not understood")
import transmit_pb2, transmit_pb2_grpc


def requests():
    for line in open(records):
        at, source, destination, pod, size = line.split()
        yield transmit_pb2.TransmitRequest(timestamp=int(at), srcIP=source, dstIP=destination, podIP=pod, size=int(size))


with grpc.insecure_channel(address) as channel:
    reply = transmit_pb2_grpc.transmitStub(channel).transmit(requests(), timeout=60)
    print(reply.res, reply.detail)
