#!/usr/bin/env python3
"""Writes shop.desc and samples.jsonl anew with Debian's protobuf-compiler and python3-protobuf.

Each line of samples.jsonl: the full name of a message, its bytes as python3-protobuf serializes them, and the JSON that its
json_format makes of them. Two things differ on purpose and are set here: Any keeps its bytes, and unknown fields stay.
"""
import base64, json, math, os, subprocess, sys, tempfile

here = os.path.dirname(os.path.abspath(__file__))
out = tempfile.mkdtemp()
protos = ["shop.proto", "legacy.proto"]
subprocess.run(["protoc", "-I", here, "--include_imports", "--descriptor_set_out", os.path.join(here, "shop.desc"),
                "--python_out", out] + protos, check=True)
sys.path.insert(0, out)
import shop_pb2 as shop, legacy_pb2 as legacy
from google.protobuf import json_format

samples = []

def add(message, changed=None):
    value = json.loads(json_format.MessageToJson(message, including_default_value_fields=False))
    samples.append((message.DESCRIPTOR.full_name, message.SerializeToString(), changed(value) if changed else value))

def raw(kind, data, value):
    samples.append((kind.DESCRIPTOR.full_name, bytes(data), value))

S, N, K, I = shop.Scalars, shop.Nested, shop.Known, shop.Nested.Inner
add(S())
add(S(a_double=1.5, a_float=0.1, an_int32=-7, an_int64=-9007199254740993, a_uint32=4294967295, a_uint64=18446744073709551615,
      a_sint32=-123456, a_sint64=-1 << 62, a_fixed32=7, a_fixed64=1 << 63, a_sfixed32=-1, a_sfixed64=-5, a_bool=True,
      a_string="Grüße \"quoted\" \\ \n\t\u0001 \U0001F600", some_bytes=bytes(range(256)), color=shop.GREEN, maybe=0))
add(S(a_double=math.inf, a_float=-math.inf, doubles=[math.nan, 1e300, -0.0, 5e-324, 123456789.125]))
add(S(packed=[1, -1, 0, 2147483647], names=["", "a", "b"], colors=[shop.RED, shop.GREEN, 0], unpacked=[-1, 1, 0]))
add(S(color=99, an_int32=-2147483648))
add(N(inner=I(name="a", children=[I(name="b", children=[I()]), I()]), list=[I(name="x"), I()]))
message = N(counts={"one": 1, "two": 2, "": 0}, flags={True: "yes", False: "no"}, colors={7: shop.RED, 0: 0})
message.by_id[-5].name = "minus"
message.by_id[1 << 40].SetInParent()
add(message)
add(N(text=""))
add(N(number=0))
add(N(object=I(name="o")))
k = K(took={"seconds": -3, "nanos": -1000}, text={"value": "wrapped"}, big={"value": 1 << 60}, flag={}, ratio={"value": 0.25},
      data={"value": b"\x00\xff"}, nothing=0)
k.at.FromJsonString("2026-01-31T12:00:00.123456789Z")
k.mask.FromJsonString("user.displayName,photo")
k.free.update({"a": 1, "b": [True, None, "x", {"c": 2.5}], "d": {}})
k.value.list_value.extend([1, "two", None])
k.list.extend([1.5, {"deep": [[]]}])
k.any.Pack(shop.Order(id=3, customer="in any"))
k.empty.SetInParent()
for text in ["1970-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z", "2000-02-29T00:00:00.000001Z"]:
    k.times.add().FromJsonString(text)
def any_as_bytes(value):
    value["any"] = {"@type": k.any.type_url, "value": base64.b64encode(k.any.value).decode()}
    return value
add(k, any_as_bytes)
add(K(took={"seconds": 90, "nanos": 500000000}, value={"null_value": 0}))
add(shop.Order(id=17, customer="Ada", items=["tea", "cup"]))
add(legacy.Old(id=0, name="n", size=legacy.LARGE, values=[3, 4], zero=False))
group = legacy.Old(id=5, extra={"depth": 2})
samples.append(("weir.legacy.Old", group.SerializeToString(), {"id": 5}))
# Written by hand: what no serializer writes.
raw(S, b"\x18\x01\x18\x02", {"anInt32": 2})
raw(S, b"\x90\x01\x05\x92\x01\x02\x06\x07", {"packed": [5, 6, 7]})
raw(S, b"\xd8\x07\x2a\xe2\x07\x02hi\xed\x07\x01\x00\x00\x00", {"field_123": "42", "field_124": "aGk=", "field_125": 1})
raw(S, b"\x1a\x01x", {"field_3": "eA=="})
raw(N, b"\x0a\x03\x0a\x01a\x0a\x04\x12\x02\x0a\x00", {"inner": {"name": "a", "children": [{"name": ""}]}})
raw(N, b"\x3a\x01t\x40\x05", {"number": "5"})
raw(N, b"\x0a\x02\x0a\x05", {"inner": "CgU="})
raw(S, b"\x18", "GA==")
raw(K, b"\x0a\x0c\x08\xff\xff\xff\xff\xff\xff\xff\xff\x7f\x10\x01", {"at": {"seconds": str((1 << 63) - 1), "nanos": 1}})

with open(os.path.join(here, "samples.jsonl"), "w") as file:
    for name, data, value in samples:
        file.write(json.dumps({"type": name, "hex": data.hex(), "json": value}) + "\n")
