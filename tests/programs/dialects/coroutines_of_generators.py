"""Coroutines that are generators, by asyncio.coroutine, up to 3.10."""
import asyncio

if not hasattr(asyncio, 'coroutine'):
    print('there is no asyncio.coroutine')
else:
    @asyncio.coroutine
    def nested(name):
        print('before', name)
        yield from asyncio.sleep(0.01)
        print('after', name)
        return name.upper()

    @asyncio.coroutine
    def plain():
        return 'no yield'

    async def native():
        return await nested('native')

    @asyncio.coroutine
    def main():
        print((yield from nested('one')))
        print((yield from native()), (yield from plain()))
        both = yield from asyncio.gather(plain(), plain())
        print(both, asyncio.iscoroutinefunction(nested), asyncio.iscoroutinefunction(native))
        future = asyncio.Future()
        future.set_result('future')
        print((yield from future))

    loop = asyncio.get_event_loop()
    loop.run_until_complete(main())
    loop.close()
