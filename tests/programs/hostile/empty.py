# A file with only a comment: it runs, does nothing and makes no loop.
# ends: code 0
