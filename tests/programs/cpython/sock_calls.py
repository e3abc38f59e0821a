# sock_recv and sock_sendall wait for a socket inside a task.
import asyncio
import socket


async def echo(sock):
    loop = asyncio.get_running_loop()
    while data := await loop.sock_recv(sock, 100):
        await loop.sock_sendall(sock, data.upper())
    print("echo ends")
    sock.close()


async def main():
    loop = asyncio.get_running_loop()
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    theirs.setblocking(False)
    task = asyncio.create_task(echo(theirs))
    for word in (b"one", b"two", b"three"):
        await loop.sock_sendall(ours, word)
        print(await loop.sock_recv(ours, 100))
    ours.close()
    await task


asyncio.run(main())
