"""What is wrong with a server's certificate is told: it is another host's, or nobody vouches for it."""
import asyncio
import pathlib
import ssl

PEM = pathlib.Path(__file__).parent / 'certificates'


async def ask(address, context, name):
    try:
        reader, writer = await asyncio.open_connection(*address, ssl=context, server_hostname=name)
    except ssl.SSLCertVerificationError as error:
        # CPython adds the line of its source.
        text = error.strerror.partition(' (_ssl.c')[0]
        print(name, error.errno, error.verify_code, error.reason, error.library)
        print(text)
        print(error.verify_message)
    else:
        print(name, await reader.read())
        writer.close()


async def main():
    own = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    own.load_cert_chain(PEM / 'server.pem')
    server = await asyncio.start_server(lambda reader, writer: writer.close(), '127.0.0.1', 0, ssl=own)
    address = server.sockets[0].getsockname()
    trusting = ssl.create_default_context(cafile=PEM / 'authority.pem')
    for name in ('example.org', '127.0.0.2', 'localhost'):
        await ask(address, trusting, name)
    await ask(address, ssl.create_default_context(), 'localhost')
    server.close()


asyncio.run(main())
