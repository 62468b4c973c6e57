"""What the user says: fields, expressions and patterns become frozen specs; no bytes here.

`numbers`, `content` and `structure` are the vocabulary; `expr` makes relations between fields
ordinary arithmetic; `collect` reads a class body and refuses what cannot work; `spec` is the
result that everything below reads; `measure` bounds its sizes.
"""
