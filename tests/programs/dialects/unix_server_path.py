"""The path of a Unix socket is removed when its server closes, since 3.13."""
import asyncio
import os
import tempfile


async def main(folder):
    loop = asyncio.get_event_loop()
    path = os.path.join(folder, 'socket')
    server = await loop.create_unix_server(asyncio.Protocol, path)
    print(os.path.exists(path))
    server.close()
    print(os.path.exists(path))
    try:
        server = await loop.create_unix_server(asyncio.Protocol, path, cleanup_socket=False)
    except TypeError:
        print('no cleanup_socket')
    else:
        server.close()
        print(os.path.exists(path))


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
with tempfile.TemporaryDirectory() as folder:
    loop.run_until_complete(main(folder))
loop.close()
