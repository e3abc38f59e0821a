"""Streams over sockets and whatever else can be read and written without waiting."""

from . import core
from .core import CancelledError


class Stream:
    __module__ = 'builtins'

    def __init__(self, s, e={}):
        self.s = s
        self.e = e
        # What waits to be written, in pieces: adding to one string would copy it each time.
        self._out = []

    @property
    def out_buf(self):
        return b''.join(self._out)

    @out_buf.setter
    def out_buf(self, buf):
        self._out = [buf] if buf else []

    def get_extra_info(self, v):
        return self.e[v]

    def close(self):
        """Nothing yet: `wait_closed` closes."""

    async def wait_closed(self):
        self.s.close()

    def _readable(self):
        return core._io_queue.queue_read(self.s)

    def _joined(self, pieces):
        # A device may give text as well.
        return b''.join(piece.encode() if isinstance(piece, str) else piece for piece in pieces)

    def read(self, n=-1):
        got = []
        while True:
            yield self._readable()
            piece = self.s.read(n)
            if piece is None:
                continue
            if n >= 0:
                return piece
            if not piece:
                return self._joined(got)
            got.append(piece)

    def readinto(self, buf):
        yield self._readable()
        return self.s.readinto(buf)

    def readexactly(self, n):
        got = []
        while n:
            yield self._readable()
            piece = self.s.read(n)
            if piece is None:
                continue
            if not piece:
                raise EOFError
            got.append(piece)
            n -= len(piece)
        return self._joined(got)

    def readline(self):
        got = []
        while True:
            yield self._readable()
            piece = self.s.readline()
            if piece is None:
                continue
            got.append(piece)
            if not piece or piece[-1] in (10, '\n'):
                return self._joined(got)

    def write(self, buf):
        if not self._out:
            # What the stream takes at once need not be kept.
            taken = self.s.write(buf)
            if taken == len(buf):
                return
            if taken is not None:
                buf = buf[taken:]
        # What waits is bytes, whatever it came as.
        self._out.append(buf.encode() if isinstance(buf, str) else bytes(buf))

    def drain(self):
        if not self._out:
            # A loop of write and drain must not keep the others from their turns.
            return (yield from core.sleep_ms(0))
        left = memoryview(self.out_buf)
        while left:
            yield core._io_queue.queue_write(self.s)
            taken = self.s.write(left)
            if taken is not None:
                left = left[taken:]
        self.out_buf = b''

    async def awrite(self, buf, off=0, sz=-1):
        """As it was called in the days of `uasyncio`."""
        if off != 0 or sz != -1:
            buf = memoryview(buf)[off:]
            if sz != -1:
                buf = buf[:sz]
        self.write(buf)
        await self.drain()

    aclose = wait_closed
    awritestr = awrite


StreamReader = Stream
StreamWriter = Stream


def open_connection(host, port, ssl=None, server_hostname=None):
    import socket
    from errno import EINPROGRESS

    family, kind, proto, _, address = socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)[0]
    s = socket.socket(family, kind, proto)
    s.setblocking(False)
    try:
        s.connect(address)
    except OSError as error:
        if error.errno != EINPROGRESS:
            raise
    if ssl:
        if ssl is True:
            import ssl as module
            ssl = module.SSLContext(module.PROTOCOL_TLS_CLIENT)
        s = ssl.wrap_socket(s, server_hostname=server_hostname or host,
                            do_handshake_on_connect=False)
        s.setblocking(False)
    stream = Stream(s)
    yield core._io_queue.queue_write(s)
    return stream, stream


class Server:
    """What `start_server` returns. Its task accepts connections until it is cancelled."""

    __module__ = 'builtins'

    async def __aenter__(self):
        return self

    async def __aexit__(self, exc_type, exc, tb):
        self.close()
        await self.wait_closed()

    def close(self):
        # Its task has begun by now, so it sees that the end is meant.
        self.state = True
        self.task.cancel()

    async def wait_closed(self):
        await self.task

    def _serve(self, s, cb, ssl):
        self.state = False
        while True:
            try:
                yield core._io_queue.queue_read(s)
            except CancelledError:
                s.close()
                if self.state:
                    return
                raise
            try:
                client, address = s.accept()
            except Exception:
                # The next one may do better.
                continue
            if ssl:
                try:
                    client = ssl.wrap_socket(client, server_side=True,
                                             do_handshake_on_connect=False)
                except OSError as error:
                    core.sys.print_exception(error)
                    client.close()
                    continue
            client.setblocking(False)
            stream = Stream(client, {'peername': address})
            core.create_task(cb(stream, stream))


async def start_server(cb, host, port, backlog=5, ssl=None):
    import socket

    info = socket.getaddrinfo(host, port)[0]
    s = socket.socket(info[0])
    s.setblocking(False)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(info[-1])
    s.listen(backlog)
    server = Server()
    server.task = core.create_task(server._serve(s, cb, ssl))
    try:
        # It has to have begun before anybody can cancel it.
        await core.sleep_ms(0)
    except CancelledError:
        server.task.cancel()
        raise
    return server
