"""Clients of ours at a real server: CPython's http.server, plain and over TLS."""
import asyncio
import http.client
import pathlib
import ssl
import tempfile

PEM = pathlib.Path(__file__).parent.parent / 'cpython' / 'certificates'

# http.server has options for TLS only since 3.14.
OVER_TLS = '''
import functools, http.server, ssl, sys
handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=sys.argv[1])
server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), handler)
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
context.load_cert_chain(sys.argv[2])
server.socket = context.wrap_socket(server.socket, server_side=True)
print('Serving HTTPS on 127.0.0.1 port', server.server_port, flush=True)
server.serve_forever()
'''


async def fetch(port, path, context):
    """With streams."""
    name = 'localhost' if context else None
    reader, writer = await asyncio.open_connection('127.0.0.1', port, ssl=context,
                                                   server_hostname=name)
    writer.write(f'GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n'.encode())
    await writer.drain()
    head, _, body = (await reader.read()).partition(b'\r\n\r\n')
    writer.close()
    await writer.wait_closed()
    return head.split()[1].decode(), len(body)


def fetch_in_thread(port, path, context):
    """With the library's blocking client."""
    if context:
        connection = http.client.HTTPSConnection('localhost', port, context=context)
    else:
        connection = http.client.HTTPConnection('localhost', port)
    connection.request('GET', path)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response.status, len(body)


async def visit(folder, command, context):
    server = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL)
    try:
        words = (await server.stdout.readline()).split()
        port = int(words[words.index(b'port') + 1])
        print(await fetch(port, '/small', context), await fetch(port, '/large', context),
              await fetch(port, '/nothing', context) >= ('404', 0))
        print(await asyncio.to_thread(fetch_in_thread, port, '/large', context))
        print(set(await asyncio.gather(*[fetch(port, '/large', context) for _ in range(5)])))
    finally:
        server.terminate()
        await server.wait()


async def main():
    context = ssl.create_default_context(cafile=str(PEM / 'authority.pem'))
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, 'small').write_bytes(b'hello')
        pathlib.Path(folder, 'large').write_bytes(b'y' * 3_000_000)
        plain = ['python3', '-u', '-m', 'http.server', '0', '--bind', '127.0.0.1',
                 '--directory', folder]
        await visit(folder, plain, None)
        await visit(folder, ['python3', '-c', OVER_TLS, folder, str(PEM / 'server.pem')], context)


asyncio.run(main())
