# Escape sequences that would clear a terminal, move its cursor and change its title.
# ends: code 0
print("\x1b[2J\x1b[H\x1b]0;not my title\x07plain words")
print("a\rb\tc\x08d\x00e")
print("\x1b[31mred and never reset")
