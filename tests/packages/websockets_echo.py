"""websockets: a server and a client, short and long messages, over TLS too."""
import asyncio
import pathlib
import ssl

from websockets.asyncio.client import connect
from websockets.asyncio.server import serve

PEM = pathlib.Path(__file__).parents[1] / 'programs/cpython/certificates'


async def echo(socket):
    async for message in socket:
        await socket.send(message[::-1])


async def talk(to, **options):
    async with connect(to, proxy=None, **options) as socket:
        await socket.send('hello')
        print(await socket.recv())
        await socket.send('x' * 100_000)
        print(len(await socket.recv()))
    print('closed', socket.close_code)


async def main():
    async with serve(echo, '127.0.0.1', 0) as server:
        await talk(f'ws://127.0.0.1:{server.sockets[0].getsockname()[1]}')
    ours = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    ours.load_cert_chain(PEM / 'server.pem')
    theirs = ssl.create_default_context(cafile=PEM / 'authority.pem')
    async with serve(echo, '127.0.0.1', 0, ssl=ours) as server:
        await talk(f'wss://localhost:{server.sockets[0].getsockname()[1]}', ssl=theirs,
                   host='127.0.0.1')


asyncio.run(main())
