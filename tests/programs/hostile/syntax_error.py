# A line that is no Python: nothing of the file runs, not even its first line.
# ends: code 1
print("never")
def broken(:
    pass
