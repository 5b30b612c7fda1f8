"""A service of Python's standard library that answers with what its parsers read from a request."""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

# Parsers ignore nothing here: `parse_qs` drops parameters without a value by default.
KEPT = {"keep_blank_values": True}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        url = urlsplit(self.path)
        body = self.read_body()
        seen = {
            "method": self.command,
            "target": self.path,
            "segments": [unquote(segment) for segment in url.path.split("/")[1:]],
            "host": urlsplit("//" + self.headers.get("host", "")).hostname or "",
            "probe": self.headers.get("x-probe"),
            "queries": {
                "urllib.parse": parse_qs(url.query, **KEPT),
                "urllib.parse with `;`": parse_qs(url.query.replace("&", ";"), separator=";", **KEPT),
            },
            "headers": [[name.lower(), value] for name, value in self.headers.items()],
            "judged": {name: value for name, value in self.headers.items() if name.startswith("x-judged-")},
            "body": read_json(body),
            "bytes": len(body),
        }
        text = json.dumps(seen).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text)

    def read_body(self):
        if self.headers.get("transfer-encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("content-length") or 0))
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def __getattr__(self, name):
        # One handler for every method: the base class looks up `do_GET` and so on.
        if name.startswith("do_"):
            return self.answer
        raise AttributeError(name)

    def log_message(self, *_):
        pass


def read_json(body):
    """The body as JSON with every number as its text, so that the comparison does not round; None if it is not JSON."""
    try:
        return {"json": json.loads(body, parse_int=number, parse_float=number)}
    except ValueError:
        return None


def number(text):
    return {"number": text}


server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
server.serve_forever()
