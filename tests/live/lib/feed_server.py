"""A local server of feeds for the tests of `diptych import`.

    server.answer("/kafka.atom", text)            a page, with an ETag of its content
    server.route("/x", function)                  function(handler) writes an answer of any kind
    server.seen                                   the requests: path, headers, when they began and ended
"""
import hashlib
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Request:
    def __init__(self, path, headers):
        self.path, self.headers, self.began, self.ended = path, headers, time.monotonic(), None


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        request = Request(self.path, self.headers)
        self.server.seen.append(request)
        route = self.server.routes.get(self.path.split("?")[0])
        try:
            route(self) if route else self.plain(404, b"nothing here")
        except (BrokenPipeError, ConnectionResetError, TimeoutError):
            self.close_connection = True
        request.ended = time.monotonic()

    def plain(self, status, body, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class FeedServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, host="127.0.0.1"):
        super().__init__((host, 0), Handler)
        self.routes, self.seen, self.bodies = {}, [], {}
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.thread.start()

    def url(self, path):
        return f"http://{self.server_address[0]}:{self.server_address[1]}{path}"

    def route(self, path, function):
        self.routes[path] = function
        return self.url(path)

    def answer(self, path, body, content_type="application/xml", **headers):
        self.bodies[path] = body.encode() if isinstance(body, str) else body

        def write(handler):
            data = self.bodies[path]
            etag = '"%s"' % hashlib.sha256(data).hexdigest()[:16]
            if handler.headers.get("If-None-Match") == etag:
                return handler.plain(304, b"", ETag=etag)
            return handler.plain(200, data, ETag=etag, Content_Type=content_type, **headers)

        return self.route(path, write)

    def requests(self, path):
        return [r for r in self.seen if r.path.split("?")[0] == path]

    def stop(self):
        self.stopping.set()
        self.shutdown()
        self.server_close()
