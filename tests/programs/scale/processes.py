"""Many child processes, some at a time; none is forgotten, and no descriptor is left."""
import asyncio
import gc
import os
import sys

COUNT = int(sys.argv[1])
TOGETHER = 50


async def one(number, free):
    async with free:
        process = await asyncio.create_subprocess_exec(
            '/bin/echo', str(number), stdout=asyncio.subprocess.PIPE)
        out, _ = await process.communicate()
        assert process.returncode == 0, process.returncode
        return int(out)


async def many(count):
    free = asyncio.Semaphore(TOGETHER)
    numbers = await asyncio.gather(*[one(number, free) for number in range(count)])
    assert numbers == list(range(count))
    return count


def descriptors():
    gc.collect()
    return len(os.listdir('/proc/self/fd'))


asyncio.run(many(1))
before = descriptors()
print(asyncio.run(many(COUNT)), 'processes')
print(max(0, descriptors() - before), 'descriptors left')
