"""The default executor must be one of threads since 3.11."""
import asyncio

loop = asyncio.new_event_loop()
try:
    loop.set_default_executor(5)
    print('taken')
    loop.set_default_executor(None)
except TypeError as error:
    print(error)
loop.close()
