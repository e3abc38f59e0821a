"""Looking up names through the loop: numeric ones, and what is told of those that cannot be."""
import asyncio
import socket


async def main():
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo('127.0.0.1', 80, type=socket.SOCK_STREAM)
    print(found[0][3:])
    for host, port in ((None, None), ('127.0.0.1', 'no-such-service')):
        try:
            await loop.getaddrinfo(host, port)
        except socket.gaierror as error:
            print(host, port, error.args, error.errno in (socket.EAI_NONAME, socket.EAI_SERVICE))
    try:
        await loop.getaddrinfo('127.0.0.1', 80, family=99)
    except socket.gaierror as error:
        print(error)
    print(await loop.getnameinfo(('127.0.0.1', 80), socket.NI_NUMERICHOST | socket.NI_NUMERICSERV))


asyncio.run(main())
