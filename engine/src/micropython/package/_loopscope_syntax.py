"""What a board says of a text that does not parse: mostly one sentence, and of few classes."""

# What the interpreter says begins or ends so, and a board says this.
_BEGINS = (
    ('unexpected indent', 'unexpected indent'),
    ('unindent does not match', "unindent doesn't match any outer indent level"),
    ('cannot assign to ', "can't assign to expression"),
    ('cannot delete ', "can't delete expression"),
    ('starred assignment target must be', "can't assign to expression"),
    ("'break' outside loop", "'break'/'continue' outside loop"),
    ("'continue' not properly in loop", "'break'/'continue' outside loop"),
    ('iterable argument unpacking follows', '* arg after **'),
    ('positional argument follows keyword argument unpacking', 'positional arg after **'),
    ('positional argument follows keyword', 'positional arg after keyword arg'),
    ('parameter without a default follows', 'non-default argument follows default argument'),
    ('duplicate argument ', 'argument name reused'),
    ('expression cannot contain assignment', 'LHS of keyword arg must be an id'),
    ('no binding for nonlocal ', 'no binding for nonlocal found'),
    ('nonlocal declaration not allowed', "can't declare nonlocal in outer code"),
    ("'async with' outside", 'async for/with outside async function'),
    ("'async for' outside", 'async for/with outside async function'),
    ('import * only allowed', 'import * not at module level'),
    ("':' expected after dictionary key", 'expecting key:value for dict'),
    ('multiple starred expressions', 'multiple *x in assignment'),
    ("can't use starred expression here", '*x must be assignment target'),
    ('cannot use starred expression here', '*x must be assignment target'),
    ("default 'except:' must be last", "default 'except' must be last"),
    ("f-string: valid expression required before '}'", 'malformed f-string'),
)
_ENDS = (
    (' is an illegal expression for augmented assignment', "can't assign to expression"),
    (' global declaration', 'identifier redefined as global'),
    (' nonlocal declaration', 'identifier redefined as nonlocal'),
)
_BASES = {'0x': 16, '0o': 8, '0b': 2}


def as_on_a_board(error):
    """The same error of the class and with the words that a board has. Where it ends the program, what the
    interpreter says of it is told: that is more."""
    said = error.msg
    words = _words(said, error.text, error.offset)
    is_of_indents = words in ('unexpected indent', "unindent doesn't match any outer indent level")
    kind = IndentationError if is_of_indents else SyntaxError
    place = error.filename, error.lineno, error.offset, error.text
    made = kind(words if is_of_indents else said, place)
    made.end_lineno, made.end_offset = error.end_lineno, error.end_offset
    made.args = words,
    return made


def _words(said, text, offset):
    for begin, words in _BEGINS:
        if said.startswith(begin):
            return words
    for end, words in _ENDS:
        if said.endswith(end):
            return words
    if said.endswith(' outside function'):
        return said
    if ' literal' in said and ('decimal' in said or ' digit ' in said):
        return _number(text or '', (offset or 1) - 1) or 'invalid syntax'
    return 'invalid syntax'


def _number(text, at):
    """What is said of the number at or around that place."""
    start = end = min(at, len(text))
    while start and (text[start - 1].isalnum() or text[start - 1] in '._'):
        start -= 1
    while end < len(text) and (text[end].isalnum() or text[end] in '._'):
        end += 1
    number = text[start:end]
    if not number[:1].isdigit():
        return None
    if '.' in number:
        return 'invalid syntax for number'
    base = _BASES.get(number[:2].lower())
    if base is not None:
        return f"invalid syntax for integer with base {base}: '{number[2:]}'"
    return f"invalid syntax for integer with base {0 if number[0] == '0' else 10}: '{number}'"


def tabs_as_columns(source):
    """The text with the tabs before its lines as the columns that they count for."""
    text = source if isinstance(source, str) else bytes(source).decode()
    return '\n'.join(_expanded(line) for line in text.split('\n'))


def _expanded(line):
    rest = line.lstrip(' \t')
    return line[:len(line) - len(rest)].expandtabs(8) + rest
