# Bytes that are no text in any source encoding.
# ends: code 1
print("never ÿþ")
