# With return_exceptions all are waited for, and exceptions stand among the results.
import asyncio


async def fail(error, ms):
    await asyncio.sleep_ms(ms)
    raise error


async def give(value, ms):
    await asyncio.sleep_ms(ms)
    return value


async def main():
    cancelled = asyncio.create_task(give("never", 500))
    finished = asyncio.create_task(fail(KeyError("k"), 0))
    await asyncio.sleep_ms(60)
    cancelled.cancel()
    results = await asyncio.gather(
        fail(ValueError("v"), 30),
        give("good", 60),
        cancelled,
        finished,
        fail(OSError(5), 0),
        return_exceptions=True,
    )
    for result in results:
        if isinstance(result, BaseException):
            print(type(result).__name__, list(result.args))
        else:
            print(result)


asyncio.get_event_loop().set_exception_handler(lambda loop, context: print("handler"))
asyncio.run(main())
