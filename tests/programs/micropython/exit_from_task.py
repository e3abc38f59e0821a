# SystemExit, KeyboardInterrupt and the like leave run() at once, from any task, past any handler.
import asyncio


class Leave(BaseException):
    pass


async def raises(error):
    await asyncio.sleep_ms(5)
    raise error


async def main(error):
    task = asyncio.create_task(raises(error))
    try:
        await asyncio.sleep_ms(50)
        print("main goes on")
    except BaseException:
        print("main never sees it")


loop = asyncio.get_event_loop()
loop.set_exception_handler(lambda loop, context: print("handler"))
for error in (SystemExit(3), KeyboardInterrupt(), Leave("x")):
    try:
        loop.run_until_complete(main(error))
    except BaseException as caught:
        print(type(caught).__name__, caught is error)
    # Its tasks are still queued; this drops them.
    asyncio.new_event_loop()
