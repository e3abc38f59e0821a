import asyncio

async def main():
    pipe = asyncio.subprocess.PIPE
    cat = await asyncio.create_subprocess_exec('cat', stdin=pipe, stdout=pipe)
    out, _ = await cat.communicate(b'hello')
    print(out, cat.returncode)
    shell = await asyncio.create_subprocess_shell('exit 3')
    print(await shell.wait())
    sleep = await asyncio.create_subprocess_exec('sleep', '60')
    sleep.terminate()
    print(await sleep.wait())

asyncio.run(main())
