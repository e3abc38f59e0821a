# The repr of an exception of the program's own, and of asyncio's.
import asyncio


class SensorError(Exception):
    pass


class Late(SensorError):
    pass


async def fail(e):
    raise e


async def main():
    print(repr(SensorError(7)), [Late("x")], "%r" % Late(1))
    print(repr(asyncio.TimeoutError("slow")), repr(asyncio.CancelledError(2)))
    print(await asyncio.gather(fail(SensorError("a")), fail(Late("b")), return_exceptions=True))


asyncio.run(main())
