"""Calls of Python's grpcio against a sidecar: prints a line for each, `ok NAME` or `NAME: what was wrong`.

usage: python3 grpcio_client.py ADDRESS [CA-FILE]
"""

import sys

import grpc

CHECK = "/envoy.service.auth.v3.Authorization/Check"
HEALTH = "/grpc.health.v1.Health/Check"
WATCH = "/grpc.health.v1.Health/Watch"
SERVING = bytes([8, 1])
TIMEOUT = 20


def connect() -> grpc.Channel:
    if len(sys.argv) < 3:
        return grpc.insecure_channel(sys.argv[1])
    with open(sys.argv[2], "rb") as file:
        return grpc.secure_channel(sys.argv[1], grpc.ssl_channel_credentials(file.read()))


def code_of(call, *args, **options) -> str:
    try:
        call(*args, timeout=TIMEOUT, **options)
    except grpc.RpcError as error:
        return error.code().name
    return "OK"


def told(name: str, seen, wanted) -> None:
    print(f"ok {name}" if seen == wanted else f"{name}: {seen!r} in place of {wanted!r}")


def main() -> None:
    # A CheckRequest from standard input; messages are bytes, as no generated code is installed.
    check = sys.stdin.buffer.read()
    with connect() as channel:
        ask = channel.unary_unary(CHECK)
        # Field 4 of a CheckResponse is the metadata, which names the reason.
        told("check", b"allowed" in ask(check, timeout=TIMEOUT), True)
        calls = [ask.future(check, timeout=TIMEOUT) for _ in range(300)]
        told("300 checks at once", sum(b"allowed" in call.result() for call in calls), 300)
        compressed = ask(check, timeout=TIMEOUT, compression=grpc.Compression.Gzip)
        told("compressed check", b"allowed" in compressed, True)
        large = ask(check + bytes([0xFA, 0x3F]) + bytes([0x80, 0x80, 0x40]) + bytes(1 << 20), timeout=TIMEOUT)
        told("check of a megabyte", len(large) > 0, True)
        told("metadata", code_of(ask, check, metadata=[("x-bytes-bin", b"\x00\xff"), ("x-a", "b")]), "OK")
        told("unknown method", code_of(channel.unary_unary("/a.B/C"), b""), "UNIMPLEMENTED")
        told("health", channel.unary_unary(HEALTH)(b"", timeout=TIMEOUT), SERVING)
        told("unknown service", code_of(channel.unary_unary(HEALTH), b"\x0a\x04none"), "NOT_FOUND")
        stream = channel.unary_stream(WATCH)(b"", timeout=TIMEOUT)
        told("watch", next(stream), SERVING)
        stream.cancel()
        pending = [ask.future(check, timeout=TIMEOUT) for _ in range(300)]
        for call in pending:
            call.cancel()
        told("check after 300 that were cancelled", b"allowed" in ask(check, timeout=TIMEOUT), True)


main()
