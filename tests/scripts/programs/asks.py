"""A program that wants to be told something."""
import asyncio


async def main():
    print("hello", input("who? "))


asyncio.run(main())
