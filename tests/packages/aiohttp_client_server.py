"""aiohttp's server and client over loopback: JSON, a stream of pieces, a websocket, and a cancelled request."""
import asyncio
import os

# Its parts in plain Python, whatever else is installed.
for package in ('AIOHTTP', 'MULTIDICT', 'YARL', 'FROZENLIST', 'PROPCACHE'):
    os.environ[package + '_NO_EXTENSIONS'] = '1'

import aiohttp
from aiohttp import web


async def greet(request):
    return web.json_response({'hello': request.match_info['name'], 'query': dict(request.query)})


async def pieces(request):
    response = web.StreamResponse()
    await response.prepare(request)
    for number in range(3):
        await response.write(b'piece %d\n' % number)
        await asyncio.sleep(0.01)
    await response.write_eof()
    return response


async def echo(request):
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    async for message in socket:
        await socket.send_str(message.data.upper())
    print('websocket closed')
    return socket


async def slow(request):
    try:
        await asyncio.sleep(60)
    except asyncio.CancelledError:
        print('handler cancelled')
        raise


async def main():
    app = web.Application()
    app.add_routes([web.get('/hello/{name}', greet), web.get('/pieces', pieces),
                    web.get('/echo', echo), web.get('/slow', slow)])
    runner = web.AppRunner(app, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, '127.0.0.1', 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    async with aiohttp.ClientSession(f'http://{host}:{port}') as session:
        async with session.get('/hello/loop', params={'a': '1'}) as response:
            print(response.status, response.content_type, await response.json())
        async with session.get('/pieces') as response:
            print(response.headers['Transfer-Encoding'], [line async for line in response.content])
        async with session.get('/nothing') as response:
            print(response.status, response.reason)
        async with session.ws_connect('/echo') as socket:
            for text in ('one', 'two'):
                await socket.send_str(text)
                print((await socket.receive()).data)
        try:
            await session.get('/slow', timeout=aiohttp.ClientTimeout(total=0.1))
        except asyncio.TimeoutError as error:
            print(type(error).__name__)
        replies = await asyncio.gather(*[session.get(f'/hello/{n}') for n in range(5)])
        print([(await reply.json())['hello'] for reply in replies])
    await runner.cleanup()


asyncio.run(main())
