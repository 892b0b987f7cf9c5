#!/usr/bin/env python3
"""Debian's python3-grpcio as a real gRPC peer: `grpc_peer.py server ADDRESS DESC` or `grpc_peer.py client ADDRESS DESC ROUNDS`.

Messages come from the descriptor set, so that no code has to be generated."""
import sys, time
from concurrent import futures

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

mode, address, descriptors = sys.argv[1:4]
files = descriptor_pb2.FileDescriptorSet.FromString(open(descriptors, "rb").read())
pool = descriptor_pool.DescriptorPool()
for file in files.file:
    pool.Add(file)
factory = message_factory.MessageFactory(pool)
Order = factory.GetPrototype(pool.FindMessageTypeByName("weir.test.Order"))
Query = factory.GetPrototype(pool.FindMessageTypeByName("weir.test.OrderQuery"))
SERVICE = "weir.test.Shop"


def order(number):
    return Order(id=number, customer="customer %d" % number, items=["tea", "cup"])


def get_order(query, context):
    if query.mode == "missing":
        context.set_trailing_metadata((("x-reason", "gone"),))
        context.abort(grpc.StatusCode.NOT_FOUND, "no order %d: Grüße, 100%%\n" % query.id)
    if query.mode == "slow":
        time.sleep(2)
    return order(query.id)


def list_orders(query, context):
    for i in range(3):
        yield order(i)
    if query.mode == "fail":
        context.abort(grpc.StatusCode.DATA_LOSS, "after three")


def add_orders(orders, context):
    return Query(id=sum(1 for _ in orders))


def talk(queries, context):
    for query in queries:
        yield order(query.id)


def serve():
    server = grpc.server(futures.ThreadPoolExecutor(8))
    kinds = dict(request_deserializer=Query.FromString, response_serializer=Order.SerializeToString)
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, {
        "GetOrder": grpc.unary_unary_rpc_method_handler(get_order, **kinds),
        "ListOrders": grpc.unary_stream_rpc_method_handler(list_orders, **kinds),
        "AddOrders": grpc.stream_unary_rpc_method_handler(
            add_orders, request_deserializer=Order.FromString, response_serializer=Query.SerializeToString),
        "Talk": grpc.stream_stream_rpc_method_handler(talk, **kinds),
    }),))
    server.add_insecure_port(address)
    server.start()
    print("serving", file=sys.stderr, flush=True)
    server.wait_for_termination()


def ask(channel, compression=None):
    up, down = Query.SerializeToString, Order.FromString
    path = "/%s/" % SERVICE
    get = channel.unary_unary(path + "GetOrder", up, down)
    get(Query(id=1), compression=compression)
    try:
        get(Query(id=2, mode="missing"))
    except grpc.RpcError as error:
        print(error.code().name, file=sys.stderr)
    slow = get.future(Query(id=2, mode="slow"))
    time.sleep(0.3)
    slow.cancel()
    assert len(list(channel.unary_stream(path + "ListOrders", up, down)(Query(id=3)))) == 3
    try:
        list(channel.unary_stream(path + "ListOrders", up, down)(Query(mode="fail")))
    except grpc.RpcError as error:
        print(error.code().name, file=sys.stderr)
    assert channel.stream_unary(path + "AddOrders", Order.SerializeToString, Query.FromString)(iter([order(1), order(2)])).id == 2
    assert [o.id for o in channel.stream_stream(path + "Talk", up, down)(iter([Query(id=i) for i in range(4)]))] == [0, 1, 2, 3]
    try:
        channel.unary_unary(path + "Nothing", up, down)(Query())
    except grpc.RpcError as error:
        print(error.code().name, file=sys.stderr)


if mode == "server":
    serve()
else:
    with grpc.insecure_channel(address) as channel:
        for turn in range(int(sys.argv[4])):
            ask(channel, grpc.Compression.Gzip if turn % 2 else None)
            print("round %d" % turn, file=sys.stderr, flush=True)
