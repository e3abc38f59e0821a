"""A blocking TLS socket, and one between buffers in memory, take all that they are given at once."""
import asyncio
import pathlib
import socket
import ssl
import threading

PEM = pathlib.Path(__file__).parent / 'certificates'
SIZE = 300_000


async def count(reader, writer):
    data = await reader.readexactly(SIZE)
    writer.write(str(len(data)).encode())
    await writer.drain()
    writer.close()


def client(address, timeout, done):
    context = ssl.create_default_context(cafile=str(PEM / 'authority.pem'))
    with socket.create_connection(address) as plain:
        with context.wrap_socket(plain, server_hostname='localhost') as sock:
            sock.settimeout(timeout)
            sent = sock.send(memoryview(bytes(SIZE)))
            done(sent, sock.recv(100))


async def main():
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certfile=PEM / 'server.pem')
    loop = asyncio.get_running_loop()
    server = await asyncio.start_server(count, '127.0.0.1', 0, ssl=context)
    for timeout in (None, 60):
        result = loop.create_future()

        def done(*told, result=result):
            loop.call_soon_threadsafe(result.set_result, told)

        thread = threading.Thread(
            target=client, args=(server.sockets[0].getsockname(), timeout, done))
        thread.start()
        print(await result)
        thread.join()
    server.close()
    await server.wait_closed()


def in_memory():
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(certfile=PEM / 'server.pem')
    clients = ssl.create_default_context(cafile=str(PEM / 'authority.pem'))
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    ours = clients.wrap_bio(back, there, server_hostname='localhost')
    theirs = server.wrap_bio(there, back, server_side=True)
    left = [ours, theirs] * 5
    while left:
        try:
            left.pop(0).do_handshake()
        except ssl.SSLWantReadError:
            pass
    print(ours.write(bytes(SIZE)))


asyncio.run(main())
in_memory()
