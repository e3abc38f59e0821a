# The modules of the package answer to the old name too.
import uasyncio
import uasyncio.core
from uasyncio.lock import Lock
from uasyncio.event import ThreadSafeFlag


async def main():
    flag = ThreadSafeFlag()
    flag.set()
    await flag.wait()
    async with Lock() as got:
        print("locked", got)


uasyncio.run(main())
print(uasyncio.core.Task is uasyncio.Task)
