# Memory without end, in small pieces of Python's own.
# ends: never by itself
print("eating", flush=True)
kept = []
while True:
    kept.append([len(kept)] * 10)
