# B"%s" takes a str.
head = b"%s %s HTTP/%s\r\n" % ("GET", "/index", "1.0")
print(head, b"%d bytes" % len(head))
