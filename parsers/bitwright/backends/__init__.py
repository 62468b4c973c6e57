"""Program to callable: one folder an engine.  A backend sees only `ir`, never specs or Struct."""
