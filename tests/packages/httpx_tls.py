"""httpx and urllib ask a server of ours over TLS; an unknown authority is refused."""
import asyncio
import pathlib
import ssl
import urllib.request

import httpx

PEM = pathlib.Path(__file__).parents[1] / 'programs/cpython/certificates'


async def answer(reader, writer):
    await reader.readuntil(b'\r\n\r\n')
    writer.write(b'HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nhi')
    await writer.drain()
    writer.close()


async def main():
    ours = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    ours.load_cert_chain(PEM / 'server.pem')
    theirs = ssl.create_default_context(cafile=PEM / 'authority.pem')
    server = await asyncio.start_server(answer, '127.0.0.1', 0, ssl=ours)
    port = server.sockets[0].getsockname()[1]
    async with httpx.AsyncClient(verify=theirs, trust_env=False) as client:
        got = await client.get(f'https://127.0.0.1:{port}/')
        print(got.status_code, got.text)

    def by_urllib():
        with urllib.request.urlopen(f'https://127.0.0.1:{port}/', context=theirs) as got:
            return got.read()

    print(await asyncio.to_thread(by_urllib))
    async with httpx.AsyncClient(trust_env=False) as client:
        try:
            await client.get(f'https://127.0.0.1:{port}/')
        except httpx.ConnectError as error:
            print('refused', 'unable to get local issuer certificate' in str(error))
    server.close()


asyncio.run(main())
