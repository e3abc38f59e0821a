"""aiosqlite: rows out of a database in memory, a constraint, a rollback."""
import asyncio
import sqlite3

import aiosqlite


async def main():
    async with aiosqlite.connect(':memory:') as db:
        await db.execute('create table squares(n integer primary key, square)')
        await db.executemany('insert into squares values (?, ?)', [(n, n * n) for n in range(5)])
        await db.commit()
        try:
            await db.execute('insert into squares values (3, 9)')
        except sqlite3.IntegrityError as error:
            print(error)
        await db.execute('delete from squares')
        await db.rollback()
        async with db.execute('select * from squares where square > 3 order by n') as cursor:
            async for row in cursor:
                print(row)


asyncio.run(main())
