"""A real S3 API on loopback, and ways to make it fail."""

import contextlib
import http.client
import http.server
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import uuid4

KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}


@dataclass
class Weather:
    """What goes wrong between client and store: `fault(method, path)` returns "", "refuse", "cut" or "slow"."""

    fault: object = staticmethod(lambda method, path: "")
    seen: list = field(default_factory=list)


@contextlib.contextmanager
def s3_server() -> Iterator[str]:
    """moto's S3 server; its address."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield f"http://{host}:{port}"
    finally:
        server.stop()


@contextlib.contextmanager
def proxy(upstream: str, weather: Weather) -> Iterator[str]:
    """An address that hands everything on to the store, as far as the weather allows."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_) -> None:
            pass

        def handle_any(self) -> None:
            weather.seen.append((self.command, self.path))
            fault = weather.fault(self.command, self.path)
            if fault == "cut":  # the connection breaks in the middle of an upload
                self.rfile.read(10)
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True
                return
            body = b"".join(self.sent())
            if fault == "refuse":
                self.answer(503, {}, b"<Error><Code>ServiceUnavailable</Code></Error>")
                return
            if fault == "slow":
                time.sleep(0.3)
            dropped = ("connection", "transfer-encoding")
            headers = {name: value for name, value in self.headers.items() if name.lower() not in dropped}
            connection = http.client.HTTPConnection(upstream.removeprefix("http://"), timeout=60)
            try:
                connection.request(self.command, self.path, body or None, headers)
                response = connection.getresponse()
                self.answer(response.status, response.headers, response.read())
            finally:
                connection.close()

        def sent(self) -> Iterator[bytes]:
            """The body, of which either the length is told or that of each chunk."""
            if self.headers.get("Transfer-Encoding") != "chunked":
                yield self.rfile.read(int(self.headers.get("Content-Length") or 0))
                return
            while size := int(self.rfile.readline(), 16):
                yield self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()

        def answer(self, status: int, headers, content: bytes) -> None:
            self.send_response_only(status)
            for name, value in headers.items():
                if name.lower() not in ("transfer-encoding", "connection", "content-length"):
                    self.send_header(name, value)
            length = headers.get("Content-Length") if self.command == "HEAD" else len(content)
            self.send_header("Content-Length", str(length or 0))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = handle_any

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def bucket(endpoint: str) -> str:
    """A new bucket's URL."""
    import boto3

    name = f"bucket-{uuid4().hex[:12]}"
    boto3.client(
        "s3", endpoint_url=endpoint, aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1"
    ).create_bucket(Bucket=name)
    return f"s3://{name}"


def variables(endpoint: str) -> dict[str, str]:
    """The environment that leads s3:// to an address; few tries of the library's own, so that tests see ours."""
    return {**KEYS, "AWS_ENDPOINT_URL": endpoint, "AWS_MAX_ATTEMPTS": "1"}
