# A device that gives None, str and bytes in turns.
import asyncio, io


class Mixed(io.IOBase):
    def __init__(self, *pieces):
        self.pieces = list(pieces)

    def ioctl(self, request, flags):
        return flags & 1 if request == 3 else 0

    def read(self, n=-1):
        return self.pieces.pop(0)

    readline = read


async def main():
    print(await asyncio.StreamReader(Mixed(None, "a", b"b", None, "c", "")).read())
    print(await asyncio.StreamReader(Mixed("a", b"bc")).readexactly(3))
    print(await asyncio.StreamReader(Mixed(b"a", None, "b\n")).readline())


asyncio.run(main())
