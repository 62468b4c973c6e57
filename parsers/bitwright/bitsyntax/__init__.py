"""What the user says in Elixir's or Erlang's binary syntax: text to tree, no bytes here.

Promises: a text becomes one tree, whichever dialect it is written in; what the dialect's own compiler refuses is refused
with `PatternError`, which shows the column and says what to write instead; nothing in a text is ever evaluated by Python.
"""
