# A Runner keeps one loop for several runs.
import asyncio


async def tell(text):
    await asyncio.sleep(0)
    print(text)
    return text


with asyncio.Runner() as runner:
    runner.run(tell("one"))
    loop = runner.get_loop()
    print(runner.run(tell("two")), loop.is_running(), loop.is_closed())
    print(runner.get_loop() is loop)
print(loop.is_closed())
try:
    runner.run(None)
except (RuntimeError, ValueError, TypeError) as error:
    print(type(error).__name__)
try:
    asyncio.run(5)
except (ValueError, TypeError) as error:
    print(error)
