"""TLS over loopback: certificates are checked, streams talk, a connection is upgraded by start_tls."""
import asyncio
import pathlib
import ssl

PEM = pathlib.Path(__file__).parent / 'certificates'


async def shout(reader, writer):
    while line := await reader.readline():
        if line == b'upgrade\n':
            writer.write(b'ready\n')
            await writer.start_tls(for_servers())
            continue
        writer.write(line.upper())
        await writer.drain()
    writer.close()


def for_servers():
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certfile=PEM / 'server.pem')
    return context


def for_clients():
    return ssl.create_default_context(cafile=str(PEM / 'authority.pem'))


async def talk(reader, writer, text):
    writer.write(text)
    print('answer', await reader.readline())


async def main():
    server = await asyncio.start_server(shout, '127.0.0.1', 0, ssl=for_servers())
    address = server.sockets[0].getsockname()
    reader, writer = await asyncio.open_connection(
        *address, ssl=for_clients(), server_hostname='localhost')
    print(writer.get_extra_info('peercert')['subject'], writer.get_extra_info('ssl_object').version())
    await talk(reader, writer, b'hello\n')
    await talk(reader, writer, b'again\n')
    writer.close()
    await writer.wait_closed()
    for name, context in (('example.org', for_clients()), ('localhost', ssl.create_default_context())):
        try:
            await asyncio.open_connection(*address, ssl=context, server_hostname=name)
        except ssl.SSLCertVerificationError as error:
            print(name, type(error).__name__, isinstance(error, ssl.SSLError))
    server.close()
    await server.wait_closed()

    plain = await asyncio.start_server(shout, '127.0.0.1', 0)
    reader, writer = await asyncio.open_connection(*plain.sockets[0].getsockname())
    await talk(reader, writer, b'plain\n')
    await talk(reader, writer, b'upgrade\n')
    await writer.start_tls(for_clients(), server_hostname='localhost')
    print('now', writer.get_extra_info('ssl_object').version())
    await talk(reader, writer, b'secret\n')
    writer.close()
    await writer.wait_closed()
    plain.close()


asyncio.run(main())
