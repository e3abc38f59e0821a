# Whoever awaits the failed task before its round comes up again spares the handler the call.
import asyncio


async def fail(name):
    raise ValueError(name)


async def late(task, rounds):
    for _ in range(rounds):
        await asyncio.sleep(0)
    try:
        await task
    except ValueError as error:
        print("awaited", error.args[0], "after", rounds)


async def main():
    for rounds in range(4):
        task = asyncio.create_task(fail("task " + str(rounds)))
        await late(task, rounds)
        await asyncio.sleep_ms(60)


def handler(loop, context):
    print("handler:", context["exception"].args[0])


asyncio.get_event_loop().set_exception_handler(handler)
asyncio.run(main())
