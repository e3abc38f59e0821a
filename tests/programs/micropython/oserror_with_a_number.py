# An OSError that the program raises with a number has that as errno, and its name in the text.
import errno


class LinkError(OSError):
    pass


for e in (OSError(errno.ETIMEDOUT), OSError(-2), LinkError(errno.ENOENT), OSError(5, "bus")):
    try:
        raise e
    except OSError as e:
        print(e.errno, e.args, str(e))
