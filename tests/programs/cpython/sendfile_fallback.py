"""A file through a transport and through a socket: by the system where it can, read and written else."""
import asyncio
import socket
import tempfile


async def main():
    loop = asyncio.get_running_loop()
    ours, theirs = socket.socketpair()
    for sock in (ours, theirs):
        sock.setblocking(False)
    with tempfile.TemporaryFile() as file:
        file.write(b'the file\'s text')
        file.flush()
        file.seek(0)
        print(await loop.sock_sendfile(ours, file, 4, 6), file.tell())
        print(await loop.sock_recv(theirs, 100))
        file.seek(0)
        transport, _ = await loop.create_connection(asyncio.Protocol, sock=ours)
        print(await loop.sendfile(transport, file))
        print(await loop.sock_recv(theirs, 100))
        for fallback in (False, True):
            try:
                await loop.sock_sendfile(theirs, open(__file__, 'rb'), count=0, fallback=fallback)
            except (asyncio.SendfileNotAvailableError, ValueError) as error:
                print(type(error).__name__)
        transport.close()
    theirs.close()


asyncio.run(main())
