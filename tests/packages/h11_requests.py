"""h11, which reads and writes no socket itself: both its ends over streams, a body in pieces, a bad request."""
import asyncio

import h11


async def next_event(connection, reader):
    while (event := connection.next_event()) is h11.NEED_DATA:
        connection.receive_data(await reader.read(10))
    return event


async def serve(reader, writer):
    connection = h11.Connection(h11.SERVER)
    try:
        while True:
            request = await next_event(connection, reader)
            if isinstance(request, h11.ConnectionClosed):
                break
            body = b''
            while isinstance(event := await next_event(connection, reader), h11.Data):
                body += event.data
            answer = b'%s %s %s' % (request.method, request.target, body.upper())
            headers = [('content-length', str(len(answer)))]
            for event in (h11.Response(status_code=200, headers=headers),
                          h11.Data(data=answer), h11.EndOfMessage()):
                writer.write(connection.send(event))
            await writer.drain()
            if connection.our_state is h11.MUST_CLOSE:
                break
            connection.start_next_cycle()
    except h11.RemoteProtocolError as error:
        headers = [('connection', 'close'), ('content-length', '0')]
        writer.write(connection.send(
            h11.Response(status_code=error.error_status_hint, headers=headers)))
        writer.write(connection.send(h11.EndOfMessage()))
    writer.close()


async def ask(connection, reader, writer, target, pieces):
    headers = [('host', 'here')]
    if pieces:
        headers.append(('transfer-encoding', 'chunked'))
    method = 'POST' if pieces else 'GET'
    writer.write(connection.send(h11.Request(method=method, target=target, headers=headers)))
    for piece in pieces:
        writer.write(connection.send(h11.Data(data=piece)))
        await asyncio.sleep(0.01)
    writer.write(connection.send(h11.EndOfMessage()))
    response = await next_event(connection, reader)
    body = b''
    while isinstance(event := await next_event(connection, reader), h11.Data):
        body += event.data
    connection.start_next_cycle()
    return response.status_code, body


async def main():
    server = await asyncio.start_server(serve, '127.0.0.1', 0)
    address = server.sockets[0].getsockname()
    reader, writer = await asyncio.open_connection(*address)
    connection = h11.Connection(h11.CLIENT)
    print(await ask(connection, reader, writer, '/one', []))
    print(await ask(connection, reader, writer, '/two', [b'some ', b'pieces']))
    writer.close()
    reader, writer = await asyncio.open_connection(*address)
    writer.write(b'nonsense\r\n\r\n')
    print((await reader.readline()).split()[1])
    writer.close()
    server.close()
    await server.wait_closed()


asyncio.run(main())
