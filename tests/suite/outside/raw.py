import asyncio
import socket


async def sockets():
    loop = asyncio.get_running_loop()
    listener = socket.create_server(('127.0.0.1', 0))
    listener.setblocking(False)
    client = socket.socket()
    client.setblocking(False)
    accepting = asyncio.ensure_future(loop.sock_accept(listener))
    await asyncio.sleep(0)
    await loop.sock_connect(client, listener.getsockname())
    served, _ = await accepting
    reading = asyncio.ensure_future(loop.sock_recv(client, 10))
    await asyncio.sleep(0)
    await loop.sock_sendall(served, b'hi')
    print(await reading)
    for sock in (client, served, listener):
        sock.close()


async def main():
    await sockets()
    child = await asyncio.create_subprocess_exec('true')
    print(await child.wait())

asyncio.run(main())
