"""What people look at: diagrams, hexdumps, explanations, pages.  Nothing from a message gets out of here unescaped."""
