# `yield` in an async def gives up control; the function stays a coroutine and may return.
import asyncio, io


class Sensor(io.IOBase):
    value = 0

    def ioctl(self, request, flags):
        return flags & 1 if request == 3 else 0

    async def next(self):
        yield asyncio.core._io_queue.queue_read(self)
        self.value += 7
        return self.value


async def main():
    s = Sensor()
    print(await s.next(), await s.next())


asyncio.run(main())
