"""What a stream's reader gives, piece by piece, and what it says where there is not enough."""
import asyncio


async def main():
    reader = asyncio.StreamReader(limit=16)
    reader.feed_data(b'one\ntwo;three')
    print(await reader.readline(), await reader.readuntil(b';'), await reader.readexactly(2))
    print(await reader.read(2), reader.at_eof())
    reader.feed_eof()
    print(await reader.read(), reader.at_eof(), await reader.readline())
    for ask in (lambda r: r.readexactly(9), lambda r: r.readuntil(b'!')):
        reader = asyncio.StreamReader()
        reader.feed_data(b'short')
        reader.feed_eof()
        try:
            await ask(reader)
        except asyncio.IncompleteReadError as error:
            print(error, error.partial, error.expected)
    reader = asyncio.StreamReader(limit=4)
    reader.feed_data(b'far too long\n')
    try:
        await reader.readuntil()
    except asyncio.LimitOverrunError as error:
        print(error, error.consumed)
    try:
        await reader.readline()
    except ValueError as error:
        print(error)
    reader = asyncio.StreamReader()
    print(repr(reader))
    reader.set_exception(OSError('gone'))
    print(reader.exception())
    try:
        await reader.read()
    except OSError as error:
        print(error)
    reader = asyncio.StreamReader()
    reader.set_transport(asyncio.Transport())
    try:
        reader.set_transport(asyncio.Transport())
    except AssertionError as error:
        print(error)
    protocol = asyncio.StreamReaderProtocol(asyncio.StreamReader())
    protocol.data_received(b'x')
    print(protocol.eof_received())
    reader = asyncio.StreamReader()
    waiting = asyncio.create_task(reader.read(1))
    await asyncio.sleep(0)
    try:
        await reader.read(1)
    except RuntimeError as error:
        print(error)
    reader.feed_data(b'z')
    print(await waiting)


asyncio.run(main())
