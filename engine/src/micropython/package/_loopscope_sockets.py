"""What makes sockets and the standard streams streams of MicroPython's."""

_PIECE = 4096


def _or_none(operation, *args):
    """What a socket that does not wait gives where it would have to."""
    try:
        return operation(*args)
    except BlockingIOError:
        return None


def _read(self, size=-1):
    """So many bytes, or all up to the end. Where nothing may wait, as many as there are."""
    got = b''
    while size < 0 or len(got) < size:
        want = _PIECE if size < 0 else size - len(got)
        piece = _or_none(self.recv, want)
        if piece is None:
            return got or None
        if not piece:
            break
        got += piece
    return got


def _readinto(self, buf, size=None):
    return _or_none(self.recv_into, buf, len(buf) if size is None else size)


def _readline(self):
    got = b''
    while not got.endswith(b'\n'):
        piece = _or_none(self.recv, 1)
        if piece is None:
            return got or None
        if not piece:
            break
        got += piece
    return got


def _write(self, buf):
    return _or_none(self.send, buf)


class _Text:
    """A text stream that takes bytes as well, as `sys.stdout` does on a board."""

    def __init__(self, stream):
        self._stream = stream

    def __getattr__(self, name):
        return getattr(self._stream, name)

    def write(self, buf):
        text = buf if isinstance(buf, str) else bytes(buf).decode('utf-8', 'replace')
        self._stream.write(text)
        self._stream.flush()
        return len(buf)


def with_stream_methods(stream):
    """The stream, whose class is a stream's from now on if it is a socket."""
    if hasattr(stream, 'encoding') and hasattr(stream, 'buffer'):
        return _Text(stream)
    for cls in type(stream).__mro__:
        if cls.__module__ == 'socket' and not hasattr(cls, 'readline'):
            for name, method in (('read', _read), ('readinto', _readinto),
                                 ('readline', _readline), ('write', _write)):
                if not hasattr(cls, name):
                    setattr(cls, name, method)
            break
    return stream
