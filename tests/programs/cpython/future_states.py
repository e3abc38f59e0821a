# A future is pending, done or cancelled, and says what does not fit.
import asyncio

loop = asyncio.new_event_loop()


def attempt(name, call):
    try:
        print(name, "->", call())
    except (asyncio.InvalidStateError, asyncio.CancelledError, TypeError) as error:
        print(name, "->", type(error).__name__, error)


future = loop.create_future()
attempt("result", future.result)
attempt("exception", future.exception)
attempt("set_result", lambda: future.set_result(1))
attempt("set_result again", lambda: future.set_result(2))
attempt("result", future.result)
attempt("exception", future.exception)
attempt("cancel", future.cancel)
future = loop.create_future()
attempt("cancel", lambda: future.cancel("reason"))
attempt("result", future.result)
attempt("set_exception", lambda: future.set_exception(KeyError()))
future = loop.create_future()
attempt("set_exception", lambda: future.set_exception(KeyError))
attempt("exception", lambda: repr(future.exception()))
print(future.get_loop() is loop)
loop.close()
