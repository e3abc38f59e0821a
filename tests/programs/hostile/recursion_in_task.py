# Coroutines that await each other for ever: the task ends with RecursionError.
# ends: code 1
import asyncio


async def deeper():
    await deeper()


async def main():
    print("going down")
    await deeper()


asyncio.run(main())
