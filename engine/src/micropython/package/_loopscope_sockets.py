"""What makes sockets and the standard streams streams of MicroPython's."""

import sys

from _loopscope_modules import EAGAIN

_PIECE = 4096


def make_numbers(module):
    """Families and kinds are plain numbers."""
    for name, value in list(vars(module).items()):
        if isinstance(value, int) and type(value) not in (int, bool):
            setattr(module, name, int(value))


def _or_none(operation, *args):
    """What a socket that does not wait gives where it would have to."""
    try:
        return operation(*args)
    except OSError as error:
        if error.errno != EAGAIN:
            raise
        return None


def _read_from(some, size):
    """`size` bytes, or all up to the end. Where nothing may wait, as many as there are; `some` gives
    up to that many, nothing at the end, and `None` where there are none yet."""
    got = b''
    while size < 0 or len(got) < size:
        piece = some(_PIECE if size < 0 else size - len(got))
        if piece is None:
            return got or None
        if not piece:
            break
        got += piece
    return got


def _line_from(some, size):
    """A line, or as much of it as there is, as `_read_from` reads."""
    got = b''
    while not got.endswith(b'\n') and len(got) != size:
        piece = some(1)
        if piece is None:
            return got or None
        if not piece:
            break
        got += piece
    return got


def _read(self, size=-1):
    return _read_from(lambda want: _or_none(self.recv, want), size)


def _readinto(self, buf, size=None):
    return _or_none(self.recv_into, buf, len(buf) if size is None else size)


def _readline(self, size=-1):
    return _line_from(lambda want: _or_none(self.recv, want), size)


def _write(self, buf, *args):
    buf = buf.encode() if isinstance(buf, str) else buf
    if args:
        start = args[0] if len(args) > 1 else 0
        buf = memoryview(buf)[start:start + args[-1]]
    return _or_none(self.send, buf)


def make_streams(socket):
    """Gives the class of sockets the methods of a stream, and lets it send a str."""
    for name, method in (('read', _read), ('readinto', _readinto), ('readline', _readline),
                         ('write', _write)):
        setattr(socket, name, method)
    for name in ('send', 'sendall', 'sendto'):
        setattr(socket, name, _taking_str(getattr(socket, name), name))


def _taking_str(original, name):
    def method(self, data, *args):
        return original(self, data.encode() if isinstance(data, str) else data, *args)

    method.__name__ = name
    return method


class _Input:
    """The standard input without a buffer in front of it, so that a poll says what has come."""

    def __init__(self, raw):
        self._raw = raw

    def fileno(self):
        return self._raw.fileno()

    def isatty(self):
        return self._raw.isatty()

    def close(self):
        pass


class _Bytes(_Input):
    def read(self, size=-1):
        return _read_from(self._raw.read, -1 if size is None else size)

    def readinto(self, buf, size=None):
        return self._raw.readinto(buf if size is None else memoryview(buf)[:size])

    def readline(self, size=-1):
        # Its readers take bytes, also where nothing has come yet.
        return _line_from(self._raw.read, size) or b''

    def readlines(self):
        return list(self)

    def __iter__(self):
        return iter(self.readline, b'')


class _Text(_Input):
    encoding = 'utf-8'
    errors = 'replace'

    def __init__(self, raw):
        super().__init__(raw)
        self.buffer = _Bytes(raw)

    def read(self, size=-1):
        if size is None or size < 0:
            return self.buffer.read().decode('utf-8', 'replace')
        return ''.join(self._characters(size))

    def _characters(self, count):
        for _ in range(count):
            first = self.buffer.read(1)
            if not first:
                return
            # How many bytes follow the first one of a character.
            more = sum(first[0] >= limit for limit in (0xc0, 0xe0, 0xf0))
            yield (first + (self.buffer.read(more) or b'')).decode('utf-8', 'replace')

    def readline(self, size=-1):
        return self.buffer.readline(size).decode('utf-8', 'replace')

    def readlines(self):
        return list(self)

    def __iter__(self):
        return iter(self.readline, '')


def take_standard_input():
    if sys.stdin is not None:
        sys.stdin = _Text(sys.stdin.buffer.raw)


take_standard_input()
