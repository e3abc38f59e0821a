"""Many connections at once, all open before the first is used; no descriptor is left."""
import asyncio
import gc
import os
import resource
import sys

COUNT = int(sys.argv[1])

# Two descriptors a connection, as far as the system lets a program have them.
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
if soft < 2 * COUNT + 100 and hard != resource.RLIM_INFINITY:
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 2 * COUNT + 100), hard))


async def echo(reader, writer):
    while line := await reader.readline():
        writer.write(line)
        await writer.drain()
    writer.close()


async def client(address, number, everybody):
    reader, writer = await asyncio.open_connection(*address)
    await everybody.wait()
    for turn in range(3):
        text = f'{number} {turn}\n'.encode()
        writer.write(text)
        await writer.drain()
        assert await reader.readline() == text
    writer.close()
    await writer.wait_closed()
    return number


async def many(count):
    server = await asyncio.start_server(echo, '127.0.0.1', 0, backlog=1000)
    everybody = asyncio.Barrier(count)
    address = server.sockets[0].getsockname()
    numbers = await asyncio.gather(*[client(address, n, everybody) for n in range(count)])
    assert numbers == list(range(count))
    server.close()
    await server.wait_closed()
    return count


def descriptors():
    gc.collect()
    return len(os.listdir('/proc/self/fd'))


asyncio.run(many(1))
before = descriptors()
print(asyncio.run(many(COUNT)), 'connections at once')
print(max(0, descriptors() - before), 'descriptors left')
