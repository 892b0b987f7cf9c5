#!/usr/bin/env python3
"""Debian's python3-grpcio as the other side: `rpc_peer.py server|client ADDRESS FOLDER plain|tls|mtls`.

FOLDER holds descriptors.pb (a FileDescriptorSet of the services) and, for TLS, ca.pem, server.pem, server.key, client.pem and
client.key. The client prints a line for each check: its name and `ok`, or what went wrong."""
import sys, threading, time
from concurrent import futures

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

mode, address, folder, security = sys.argv[1:5]


def read(name):
    with open("%s/%s" % (folder, name), "rb") as file:
        return file.read()


pool = descriptor_pool.DescriptorPool()
for one in descriptor_pb2.FileDescriptorSet.FromString(read("descriptors.pb")).file:
    pool.Add(one)
factory = message_factory.MessageFactory(pool)


def message(name):
    return factory.GetPrototype(pool.FindMessageTypeByName(name))


Text = message("weir.rpc.test.Text")
ECHO = "weir.rpc.test.Echo"
FAILURE = "no order 2: Grüße, 100%\n"


# ---- server ------------------------------------------------------------------------------------------------------------

def say(request, context):
    if request.text == "fail":
        context.set_trailing_metadata((("x-reason", "gone"), ("x-bytes-bin", b"\x00\xff\x80")))
        context.abort(grpc.StatusCode.NOT_FOUND, FAILURE)
    if request.text == "slow":
        while context.is_active():
            time.sleep(0.05)
        print("abandoned", file=sys.stderr, flush=True)
    if request.text == "big":
        return Text(data=bytes(request.number))
    headers = [(k, v) for k, v in context.invocation_metadata() if k in ("x-name", "x-bytes-bin")]
    if headers:
        context.send_initial_metadata(headers)
    context.set_trailing_metadata((("x-end", "over"),))
    return request


def count(request, context):
    for i in range(request.number):
        yield Text(number=i, data=request.data)
    if request.text == "fail":
        context.abort(grpc.StatusCode.DATA_LOSS, "after all")


def total(requests, context):
    numbers = [one.number for one in requests]
    return Text(number=sum(numbers), text=str(len(numbers)))


def talk(requests, context):
    yield from requests


def serve():
    kinds = dict(request_deserializer=Text.FromString, response_serializer=Text.SerializeToString)
    server = grpc.server(futures.ThreadPoolExecutor(16), compression=grpc.Compression.Gzip)
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(ECHO, {
        "Say": grpc.unary_unary_rpc_method_handler(say, **kinds),
        "Count": grpc.unary_stream_rpc_method_handler(count, **kinds),
        "Sum": grpc.stream_unary_rpc_method_handler(total, **kinds),
        "Talk": grpc.stream_stream_rpc_method_handler(talk, **kinds),
    }),))
    if security == "plain":
        port = server.add_insecure_port(address)
    else:
        client = dict(root_certificates=read("ca.pem"), require_client_auth=True) if security == "mtls" else {}
        port = server.add_secure_port(address, grpc.ssl_server_credentials([(read("server.key"), read("server.pem"))], **client))
    server.start()
    print("serving on %d" % port, file=sys.stderr, flush=True)
    server.wait_for_termination()


# ---- client ------------------------------------------------------------------------------------------------------------

class Client:
    def __init__(self, channel):
        self.channel = channel
        up, down = Text.SerializeToString, Text.FromString
        path = "/%s/" % ECHO
        self.say = channel.unary_unary(path + "Say", up, down)
        self.count = channel.unary_stream(path + "Count", up, down)
        self.sum = channel.stream_unary(path + "Sum", up, down)
        self.talk = channel.stream_stream(path + "Talk", up, down)

    def ends(self, code, call):
        try:
            call()
        except grpc.RpcError as error:
            assert error.code() == code, "%s, %s" % (error.code(), error.details())
            return error
        raise AssertionError("it did not fail")

    def check_unary(self):
        assert self.say(Text(text="Grüße", number=-1)) == Text(text="Grüße", number=-1)

    def check_empty_message(self):
        assert self.say(Text()) == Text()

    def check_server_streaming(self):
        assert [one.number for one in self.count(Text(number=100))] == list(range(100))
        assert list(self.count(Text(number=0))) == []

    def check_client_streaming(self):
        assert self.sum(Text(number=i) for i in range(100)) == Text(number=4950, text="100")
        assert self.sum(iter([])) == Text(text="0")

    def check_bidirectional(self):
        # Each question waits for the answer before it: both directions are open at once.
        answers, more = [], threading.Semaphore(1)

        def ask():
            for i in range(50):
                more.acquire()
                yield Text(number=i)
        for one in self.talk(ask()):
            answers.append(one.number)
            more.release()
        assert answers == list(range(50))

    def check_error(self):
        error = self.ends(grpc.StatusCode.NOT_FOUND, lambda: self.say(Text(text="fail")))
        assert error.details() == FAILURE, error.details()
        trailers = dict(error.trailing_metadata())
        assert trailers["x-reason"] == "gone" and trailers["x-bytes-bin"] == b"\x00\xff\x80", trailers

    def check_error_after_messages(self):
        got = []

        def read():
            for one in self.count(Text(number=3, text="fail")):
                got.append(one.number)
        error = self.ends(grpc.StatusCode.DATA_LOSS, read)
        assert got == [0, 1, 2] and error.details() == "after all"

    def check_failure_inside_tells_nothing(self):
        error = self.ends(grpc.StatusCode.UNKNOWN, lambda: self.say(Text(text="broken")))
        assert "secret" not in error.details(), error.details()

    def check_unknown_method(self):
        for path in ("/%s/Nothing" % ECHO, "/no.Service/Say", "/x"):
            self.ends(grpc.StatusCode.UNIMPLEMENTED,
                      lambda: self.channel.unary_unary(path, Text.SerializeToString, Text.FromString)(Text()))

    def check_metadata(self):
        answer, call = self.say.with_call(Text(text="x"), metadata=(("x-name", "a b,c"), ("x-bytes-bin", bytes(range(256)))))
        headers = dict(call.initial_metadata())
        assert headers["x-name"] == "a b,c" and headers["x-bytes-bin"] == bytes(range(256)), headers
        assert dict(call.trailing_metadata())["x-end"] == "over"

    def check_deadline(self):
        self.ends(grpc.StatusCode.DEADLINE_EXCEEDED, lambda: self.say(Text(text="slow"), timeout=0.3))

    def check_cancellation(self):
        slow = self.say.future(Text(text="slow"))
        time.sleep(0.3)
        assert slow.cancel()

    def check_gzip(self):
        data = b"weir" * 50000
        assert self.say(Text(data=data), compression=grpc.Compression.Gzip).data == data
        assert all(one.data == data for one in self.count(Text(number=3, data=data), compression=grpc.Compression.Gzip))

    def check_deflate_is_refused(self):
        error = self.ends(grpc.StatusCode.UNIMPLEMENTED, lambda: self.say(Text(data=bytes(10000)), compression=grpc.Compression.Deflate))
        assert "deflate" in error.details(), error.details()

    def check_big_messages(self):
        data = bytes(3 << 20)
        assert self.say(Text(data=data)).data == data
        assert len(self.say(Text(text="big", number=3 << 20)).data) == 3 << 20

    def check_too_big(self):
        self.ends(grpc.StatusCode.RESOURCE_EXHAUSTED, lambda: self.say(Text(data=bytes(5 << 20))))
        # What blows up when it is decompressed counts by its full size.
        self.ends(grpc.StatusCode.RESOURCE_EXHAUSTED, lambda: self.say(Text(data=bytes(50 << 20)), compression=grpc.Compression.Gzip))

    def check_many_at_once(self):
        calls = [self.say.future(Text(number=i)) for i in range(200)]
        assert [one.result().number for one in calls] == list(range(200))

    def check_health(self):
        Request, Response = message("grpc.health.v1.HealthCheckRequest"), message("grpc.health.v1.HealthCheckResponse")
        check = self.channel.unary_unary("/grpc.health.v1.Health/Check", Request.SerializeToString, Response.FromString)
        assert check(Request()).status == 1
        assert check(Request(service=ECHO)).status == 1
        self.ends(grpc.StatusCode.NOT_FOUND, lambda: check(Request(service="other")))
        watch = self.channel.unary_stream("/grpc.health.v1.Health/Watch", Request.SerializeToString, Response.FromString)(Request(service="other"))
        assert next(watch).status == 3
        watch.cancel()

    def check_reflection(self):
        for version in ("v1", "v1alpha"):
            package = "grpc.reflection.%s." % version
            Request, Response = message(package + "ServerReflectionRequest"), message(package + "ServerReflectionResponse")
            info = self.channel.stream_stream("/%sServerReflection/ServerReflectionInfo" % package, Request.SerializeToString, Response.FromString)
            names, described, unknown = info(iter([
                Request(list_services="*"), Request(file_containing_symbol=ECHO + ".Talk"), Request(file_by_filename="none.proto")]))
            listed = [one.name for one in names.list_services_response.service]
            assert listed == ["grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection", ECHO], listed
            file = descriptor_pb2.FileDescriptorProto.FromString(described.file_descriptor_response.file_descriptor_proto[0])
            assert file.package == "weir.rpc.test" and file.service[0].name == "Echo"
            assert unknown.error_response.error_code == 5


def ask():
    # Answers may be large; what this client takes is not what is tested.
    options = [("grpc.max_receive_message_length", -1)]
    if security == "plain":
        channel = grpc.insecure_channel(address, options)
    else:
        own = (read("client.key"), read("client.pem")) if security == "mtls" else (None, None)
        channel = grpc.secure_channel(address, grpc.ssl_channel_credentials(read("ca.pem"), *own), options)
    with channel:
        client = Client(channel)
        for name in [name for name in dir(Client) if name.startswith("check_")]:
            try:
                getattr(client, name)()
                print("%s ok" % name[6:], flush=True)
            except Exception as error:
                print("%s %s: %s" % (name[6:], type(error).__name__, error), flush=True)


serve() if mode == "server" else ask()
