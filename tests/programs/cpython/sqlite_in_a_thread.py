"""sqlite3 in a thread of the executor: rows, an error, a transaction that is rolled back."""
import asyncio
import sqlite3


def work():
    with sqlite3.connect(':memory:') as db:
        db.execute('create table words(id integer primary key, word text unique)')
        db.executemany('insert into words(word) values (?)', [('one',), ('zwei',), ('três',)])
        try:
            db.execute('insert into words(word) values (?)', ('one',))
        except sqlite3.IntegrityError as error:
            print(error)
        db.commit()
        db.execute('delete from words')
        db.rollback()
        return db.execute('select id, word from words order by id').fetchall()


async def main():
    print(await asyncio.to_thread(work))


asyncio.run(main())
