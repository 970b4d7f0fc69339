"""A proxy that forwards bytes and cuts every connection sooner or later, wherever it happens to be."""
import asyncio, math, random, socket, struct, threading

BYTES = 400_000


class CuttingProxy:
    """Forwards to `target()`, a port that may change; each connection has its own random end.

    It is cut behind a random byte of the request or of the answer, or after a random time, by a reset, by a close, or
    for the server alone, so that the client still hears what that makes of it.
    """

    def __init__(self, target):
        self.target, self.cuts, self.connections = target, {"request": 0, "answer": 0, "time": 0}, 0
        # The clients' ports of connections that the server alone has seen end.
        self.half = set()
        self.loop, ready = asyncio.new_event_loop(), threading.Event()
        threading.Thread(target=self._run, args=(ready,), daemon=True).start()
        ready.wait()

    def _run(self, ready):
        asyncio.set_event_loop(self.loop)
        server = self.loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        self.loop.run_forever()

    async def _serve(self, reader, writer):
        self.connections += 1
        try:
            upstream_reader, upstream_writer = await asyncio.open_connection("127.0.0.1", self.target())
        except OSError:
            return writer.close()
        # Within the first hundred bytes for every second connection, behind ten thousand for every fifth.
        place, budget = random.choice(["request", "request", "answer", "answer", "time"]), int(BYTES ** random.random() ** 1.5)
        manner = random.choice(["reset", "close", "half" if place == "request" else "reset"])
        up = self._pump(reader, upstream_writer, budget if place == "request" else math.inf)
        down = self._pump(upstream_reader, writer, budget if place == "answer" else math.inf)
        pumps = [asyncio.ensure_future(up), asyncio.ensure_future(down)]
        limit = random.uniform(0.001, 0.3) if place == "time" else None
        done, _ = await asyncio.wait(pumps, timeout=limit, return_when=asyncio.FIRST_COMPLETED)
        if not done or any(pump.result() for pump in done):
            self.cuts[place] += 1
            if manner == "half":
                self.half.add(writer.get_extra_info("peername")[1])
                try:
                    upstream_writer.write_eof()
                    await asyncio.wait_for(asyncio.shield(pumps[1]), 5)
                except (OSError, asyncio.TimeoutError):
                    pass
        for pump in pumps:
            pump.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)
        for end in (writer, upstream_writer):
            if manner == "reset" and not end.is_closing():
                # Nothing lingers: the other side gets a reset at once, and may lose what it has not read.
                end.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                end.transport.abort()
            end.close()

    async def _pump(self, reader, writer, budget):
        """Forwards until one side ends or the budget is used up; says whether it was."""
        try:
            while data := await reader.read(65536):
                writer.write(data[:min(len(data), budget)])
                budget -= min(len(data), budget)
                await writer.drain()
                if not budget:
                    return True
        except OSError:
            pass
        return False
