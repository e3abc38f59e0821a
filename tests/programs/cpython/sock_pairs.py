"""The sock_ methods on sockets of the program's own: connections, buffers, and datagrams."""
import asyncio
import socket


def listening():
    server = socket.socket()
    server.bind(('127.0.0.1', 0))
    server.listen()
    server.setblocking(False)
    return server


def plain(kind=socket.SOCK_STREAM):
    sock = socket.socket(type=kind)
    sock.setblocking(False)
    return sock


async def main():
    loop = asyncio.get_running_loop()
    server, client = listening(), plain()
    _, (accepted, address) = await asyncio.gather(
        loop.sock_connect(client, server.getsockname()), loop.sock_accept(server))
    print(address == client.getsockname())
    buffer = bytearray(16)
    await loop.sock_sendall(client, b'into a buffer')
    count = await loop.sock_recv_into(accepted, buffer)
    print(bytes(buffer[:count]))
    for sock in (server, client, accepted):
        sock.close()

    one, other = plain(socket.SOCK_DGRAM), plain(socket.SOCK_DGRAM)
    for sock in (one, other):
        sock.bind(('127.0.0.1', 0))
    print(await loop.sock_sendto(one, b'a datagram', other.getsockname()))
    data, source = await loop.sock_recvfrom(other, 100)
    print(data, source == one.getsockname())
    await loop.sock_sendto(one, b'another', other.getsockname())
    count, source = await loop.sock_recvfrom_into(other, buffer)
    print(bytes(buffer[:count]), source == one.getsockname())
    for sock in (one, other):
        sock.close()

    gone = listening()
    nowhere = gone.getsockname()
    gone.close()
    client = plain()
    try:
        await loop.sock_connect(client, nowhere)
    except ConnectionRefusedError:
        print('refused')
    client.close()


asyncio.run(main())
