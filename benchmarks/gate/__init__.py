"""A gate against getting slower that does not depend on the machine's mood: instructions, counted by valgrind's callgrind.

    python -m benchmarks.gate                # beside the counts in `counts.toml`: exit code 1 if one is off by more than 3 %
    python -m benchmarks.gate --update       # write down what it is now

`cases.py` has the pieces of work, `counting.py` runs them inside valgrind, `callgrind.py` starts that with everything pinned that a
count could depend on, `builds.py` says which interpreter a count is of, `counts.py` keeps them, `verdict.py` compares.
"""
