"""A BaseException of a task is kept there, and up to 3.7 leaves the loop as well."""
import asyncio


class Own(BaseException):
    pass


async def bad():
    raise Own('of a task')


loop = asyncio.new_event_loop()
task = loop.create_task(bad())
loop.call_later(0.01, loop.stop)
try:
    loop.run_forever()
    print('stopped')
except Own as error:
    print('left', error)
print(type(task.exception()).__name__)
loop.close()
