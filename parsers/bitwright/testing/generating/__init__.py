"""How messages are made from their declaration: in the order of the wire, solving what one field says of another.

A number that others follow from (a size, a count, a tag, a flag of presence) stays open until the first use of it says what it has to be;
what is given by an earlier number is made to fit it.
"""
