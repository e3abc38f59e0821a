# Generators that are still open at the end are closed by shutdown_asyncgens.
import asyncio

kept = []


async def numbers(name):
    try:
        yield name
        yield "never"
    finally:
        print("closing", name)


async def main():
    generator = numbers("kept")
    kept.append(generator)
    print(await generator.__anext__())
    print("main ends")


async def look():
    print([item async for item in kept[0]])


asyncio.run(main())
print("after run")
asyncio.run(look())
