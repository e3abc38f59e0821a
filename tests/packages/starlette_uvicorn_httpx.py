"""starlette under uvicorn, asked by httpx: answers in order, a handler that raises, a stop."""
import asyncio
import socket

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route


async def home(request):
    number = int(request.query_params['n'])
    await asyncio.sleep((5 - number) / 50)
    return JSONResponse({'n': number})


async def boom(request):
    raise ValueError('boom')


app = Starlette(routes=[Route('/', home), Route('/boom', boom)])


async def main():
    listening = socket.socket()
    listening.bind(('127.0.0.1', 0))
    port = listening.getsockname()[1]
    config = uvicorn.Config(app, log_level='critical', lifespan='off', loop='asyncio', http='h11')
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started:
        await asyncio.sleep(0.01)
    async with httpx.AsyncClient(base_url=f'http://127.0.0.1:{port}', trust_env=False) as client:
        answers = await asyncio.gather(*(client.get('/', params={'n': n}) for n in range(5)))
        print([answer.json()['n'] for answer in answers])
        print((await client.get('/nowhere')).status_code, (await client.get('/boom')).status_code)
    server.should_exit = True
    await serving
    print('served')


asyncio.run(main())
