"""`deflate.DeflateIO`: a stream that unpacks what another gives, or packs what it is given."""

import zlib as _zlib

AUTO, RAW, ZLIB, GZIP = range(4)


class DeflateIO:
    def __init__(self, stream, format=AUTO, wbits=0, close=False):
        window = wbits or 15
        self._stream, self._close = stream, close
        self._unpack = _zlib.decompressobj(
            {AUTO: 32 + window, RAW: -window, ZLIB: window, GZIP: 16 + window}[format])
        self._pack = _zlib.compressobj(
            wbits={AUTO: -(wbits or 9), RAW: -(wbits or 9), ZLIB: wbits or 9, GZIP: 16 + (wbits or 9)}[format])
        self._held, self._written, self._over = b'', False, False

    def read(self, size=-1):
        while not self._over and (size < 0 or len(self._held) < size):
            piece = self._stream.read(256)
            if not piece or self._unpack.eof:
                self._over = True
                break
            try:
                self._held += self._unpack.decompress(piece)
            except _zlib.error:
                raise OSError(22) from None
        end = len(self._held) if size < 0 else size
        taken, self._held = self._held[:end], self._held[end:]
        return taken

    def readinto(self, buffer):
        taken = self.read(len(buffer))
        memoryview(buffer)[:len(taken)] = taken
        return len(taken)

    def readline(self):
        line = b''
        while not line.endswith(b'\n'):
            piece = self.read(1)
            if not piece:
                break
            line += piece
        return line

    def write(self, data):
        self._written = True
        self._stream.write(self._pack.compress(data.encode() if isinstance(data, str) else data))
        return len(data)

    def close(self):
        if self._written:
            self._stream.write(self._pack.flush())
        if self._close:
            self._stream.close()

    def __enter__(self):
        return self

    def __exit__(self, *args):
        self.close()
