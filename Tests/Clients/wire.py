"""HTTP/1.1 byte by byte: requests as they are written here, and their answers."""
import re, socket, ssl


class Answer:
    def __init__(self, status, fields, body):
        self.status, self.fields, self.body = status, fields, body

    def __getitem__(self, name):
        """The value of a field; nothing is an empty text."""
        return self.fields.get(name.lower(), "")

    @property
    def closes(self):
        return self["connection"].lower() == "close"


class Wire:
    """One connection to http://HOST:PORT or https://HOST:PORT."""

    def __init__(self, url, timeout=10):
        scheme, host, port = re.match(r"(https?)://([^/:]+):(\d+)", url).groups()
        self.socket = socket.create_connection((host, int(port)), timeout=timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if scheme == "https":
            self.socket = ssl._create_unverified_context().wrap_socket(self.socket)
        self.unread = b""

    def send(self, data, step=None):
        """Sends it in one piece, or in pieces of so many bytes."""
        data = data.encode() if isinstance(data, str) else data
        for start in range(0, len(data), step or len(data) or 1):
            self.socket.sendall(data[start:start + (step or len(data))])

    def receive(self):
        data = self.socket.recv(65536)
        self.unread += data
        return bool(data)

    def line(self):
        while b"\r\n" not in self.unread:
            if not self.receive():
                raise EOFError(f"the connection ended after {self.unread!r}")
        line, self.unread = self.unread.split(b"\r\n", 1)
        return line.decode("latin-1")

    def take(self, count):
        while len(self.unread) < count:
            if not self.receive():
                raise EOFError(f"the connection ended {count - len(self.unread)} bytes early")
        data, self.unread = self.unread[:count], self.unread[count:]
        return data

    def answer(self, method="GET"):
        """The next answer to a request with this method."""
        status, fields = int(self.line().split()[1]), {}
        while line := self.line():
            name, value = line.split(":", 1)
            fields[name.lower()] = value.strip()
        body = b""
        if method != "HEAD" and status >= 200 and status not in (204, 304):
            if "chunked" in fields.get("transfer-encoding", ""):
                while size := int(self.line(), 16):
                    body += self.take(size)
                    self.take(2)
                self.line()
            else:
                body = self.take(int(fields.get("content-length", 0)))
        return Answer(status, fields, body)

    def is_at_end(self):
        """Whether the peer ends the connection and sends nothing more."""
        try:
            return not self.unread and not self.receive()
        except (ConnectionError, ssl.SSLError):
            return True

    def close(self):
        self.socket.close()


# What a client sends that would like another protocol. The names are those of the checks.
OFFERS = {
    "h2c": "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA\r\n",
    "websocket": "Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
    "in capitals": "CONNECTION: UPGRADE\r\nUPGRADE: ANYTHING/1\r\n",
    "without blanks": "connection:upgrade\r\nupgrade:x\r\n",
    "in two fields": "Connection: keep-alive\r\nUpgrade: a, b\r\nConnection: Upgrade\r\nUpgrade: c\r\n",
    "without Connection": "Upgrade: h2c\r\n",
    "without Upgrade": "Connection: upgrade\r\n",
    "HTTP2-Settings alone": "HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n",
    "TE": "Connection: TE\r\nTE: trailers\r\n",
}


def request(method, target, fields="", body=None, chunked=False):
    """The bytes of a request."""
    head = f"{method} {target} HTTP/1.1\r\nHost: localhost\r\n{fields}"
    if body is None:
        return f"{head}\r\n"
    if chunked:
        half = len(body) // 2
        pieces = "".join(f"{len(piece):x}\r\n{piece}\r\n" for piece in (body[:half], body[half:]) if piece)
        return f"{head}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n{pieces}0\r\n\r\n"
    return f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
