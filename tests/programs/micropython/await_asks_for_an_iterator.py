# `await` asks for an iterator, as `yield from` does: `__await__` is not asked, and what `__iter__`
# gives may be a coroutine.
import asyncio


async def later(value):
    await asyncio.sleep_ms(1)
    return value


class OnlyAwait:
    def __await__(self):
        yield from asyncio.sleep_ms(1)
        return "by __await__"


class AwaitGivesCoroutine:
    def __await__(self):
        return later("a coroutine's")


class OnlyIter:
    def __iter__(self):
        yield from asyncio.sleep_ms(1)
        return "by __iter__"


class IterGivesCoroutine:
    def __iter__(self):
        return later("a coroutine's")


class Both(OnlyAwait):
    def __iter__(self):
        yield from asyncio.sleep_ms(1)
        return "by __iter__"


class Manager:
    def __aenter__(self):
        return OnlyIter()

    def __aexit__(self, kind, error, traceback):
        return IterGivesCoroutine()


class BadManager(Manager):
    def __aenter__(self):
        return OnlyAwait()


class Count:
    def __init__(self, left):
        self.left = left

    def __aiter__(self):
        return self

    def __anext__(self):
        if not self.left:
            raise StopAsyncIteration
        self.left -= 1
        return OnlyIter()


def generator():
    yield from asyncio.sleep_ms(1)
    return "a generator's"


async def main():
    for kind in (OnlyAwait, AwaitGivesCoroutine, OnlyIter, IterGivesCoroutine, Both, generator):
        try:
            print(await kind())
        except TypeError as e:
            print(repr(e))
    print(await iter([]), await asyncio.create_task(later(1)))
    async with Manager() as got:
        print(got)
    try:
        async with BadManager() as got:
            print(got)
    except TypeError as e:
        print(repr(e))
    async for got in Count(2):
        print(got)


asyncio.run(main())
