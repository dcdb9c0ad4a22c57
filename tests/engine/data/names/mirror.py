"""A web server on this machine that stands for a mirror of a data set."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Mirror:
    """A web server on this machine. Under a path it sends bytes; or does "stall" or "break off"; or has nothing."""

    def __init__(self) -> None:
        self.files: dict[str, bytes | str] = {}
        self.asked: list[str] = []
        self.released = threading.Event()
        mirror = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                mirror.asked.append(self.path)
                content = mirror.files.get(self.path.lstrip("/"))
                if content is None:
                    self.send_error(404)
                    return
                self.send_response(200)
                self.send_header("Content-Length", str(len(content) if content != "stall" else 1000))
                self.end_headers()
                if content == "break off":
                    self.wfile.write(b"half")
                elif isinstance(content, str):
                    self.wfile.write(b"a beginning")
                    self.wfile.flush()
                    mirror.released.wait()
                else:
                    self.wfile.write(content)

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def close(self) -> None:
        self.released.set()
        self.server.shutdown()
        self.server.server_close()
