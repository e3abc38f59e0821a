"""A server of ours, asked by real clients: those that are named, plain and over TLS."""
import asyncio
import pathlib
import ssl
import sys

PEM = pathlib.Path(__file__).parent.parent / 'cpython' / 'certificates'
AUTHORITY = str(PEM / 'authority.pem')

HTTP_CLIENT = '''
import http.client, ssl, sys
scheme, port, method, path, body = sys.argv[1:]
if scheme == 'https':
    context = ssl.create_default_context(cafile=%r)
    connection = http.client.HTTPSConnection('localhost', int(port), context=context, timeout=60)
else:
    connection = http.client.HTTPConnection('localhost', int(port), timeout=60)
connection.request(method, path, body or None)
sys.stdout.write(connection.getresponse().read().decode())
''' % AUTHORITY


def curl(scheme, port, method, path, body):
    data = ['--data', body] if body else []
    return ['curl', '--silent', '--show-error', '--max-time', '60', '--noproxy', '*', '--http1.1',
            '--cacert', AUTHORITY, '--resolve', f'localhost:{port}:127.0.0.1',
            '--request', method, *data, f'{scheme}://localhost:{port}{path}']


def http_client(scheme, port, method, path, body):
    return ['python3', '-c', HTTP_CLIENT, scheme, str(port), method, path, body]


CLIENTS = {'curl': curl, 'http.client': http_client}


async def answer(reader, writer):
    method, path, _ = (await reader.readline()).decode().split()
    length = 0
    while (line := await reader.readline()) not in (b'\r\n', b''):
        name, _, value = line.partition(b':')
        if name.lower() == b'content-length':
            length = int(value)
    body = await reader.readexactly(length)
    text = f'{method} {path} {body.decode()}|'.encode()
    if path == '/large':
        # More than the socket takes at once, so that the writer has to wait.
        text += b'x' * 3_000_000
    writer.write(b'HTTP/1.1 200 OK\r\nConnection: close\r\n'
                 b'Content-Length: %d\r\n\r\n' % len(text) + text)
    await writer.drain()
    writer.close()


async def ask(*command):
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()
    text, _, rest = out.partition(b'|')
    return process.returncode, text.decode(), len(rest)


async def main():
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certfile=PEM / 'server.pem')
    for scheme, encryption in (('http', None), ('https', context)):
        server = await asyncio.start_server(answer, '127.0.0.1', 0, ssl=encryption)
        port = server.sockets[0].getsockname()[1]
        for name in sys.argv[1:]:
            asked = [('GET', '/small', ''), ('POST', '/small', 'a=1'), ('GET', '/large', '')]
            for request in asked:
                print(name, scheme, *await ask(*CLIENTS[name](scheme, port, *request)))
            together = [ask(*CLIENTS[name](scheme, port, 'GET', '/small', '')) for _ in range(5)]
            print(name, scheme, 'five at once', *set(await asyncio.gather(*together)))
        server.close()
        await server.wait_closed()


asyncio.run(main())
