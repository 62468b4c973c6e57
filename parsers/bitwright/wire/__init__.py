"""Forms on the wire and what they say, both ways: pure functions of bytes, positions and numbers that every engine shares."""
