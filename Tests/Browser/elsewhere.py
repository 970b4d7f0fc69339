"""Pages of small servers that the tests make themselves."""
import http.server
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager


@contextmanager
def pages_elsewhere(document: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Iterator[str]:
    """A server on another port of this machine that answers everything with a document; gives its address."""
    fields = {"Content-Type": "text/html; charset=utf-8", **(headers or {})}

    class Handler(http.server.BaseHTTPRequestHandler):
        """Answers everything with the document."""

        def do_GET(self) -> None:
            """Sends the document."""
            body = document.encode()
            self.send_response(status)
            for name, value in {**fields, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
