"""What subprocess_exec() refuses, and in which words: text modes since 3.8, and arguments that are no text."""
import asyncio


async def main():
    loop = asyncio.get_event_loop()
    for keywords in ({'universal_newlines': True}, {'encoding': 'utf-8'}, {'errors': 'strict'},
                     {'text': True}):
        try:
            transport, _ = await loop.subprocess_exec(
                asyncio.SubprocessProtocol, 'true', stdin=None, stdout=None, stderr=None, **keywords)
        except (TypeError, ValueError) as error:
            print(*keywords, type(error).__name__, error)
        else:
            print(*keywords, 'taken')
            await transport._wait()
            transport.close()
    for program in [5], ['true', 5]:
        try:
            await loop.subprocess_exec(asyncio.SubprocessProtocol, *program)
        except TypeError as error:
            print(program, error)


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main())
loop.close()
