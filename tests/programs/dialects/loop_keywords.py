"""Keywords of a loop's methods: most for TLS and for connecting came with 3.7 and later."""
import asyncio
import inspect

loop = asyncio.new_event_loop()
for name in '''create_connection create_server create_unix_connection create_unix_server
        connect_accepted_socket create_datagram_endpoint'''.split():
    print(name, *inspect.signature(getattr(loop, name)).parameters)


async def main():
    for keywords in {'happy_eyeballs_delay': 1}, {'all_errors': True}:
        try:
            await loop.create_connection(asyncio.Protocol, '127.0.0.1', 1, **keywords)
        except TypeError as error:
            print(error)
        except (OSError, Exception) as error:
            print(type(error).__name__)


loop.run_until_complete(main())
loop.close()
