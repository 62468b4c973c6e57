"""Supervisors: tasks that start other tasks in order, stop them in reverse, and start them again when they end.

Promise: OTP's semantics of `supervisor` and `DynamicSupervisor`, on task groups; docs/nodes.md says what Python cannot give.
"""

from __future__ import annotations

from bitwright.net.supervisor.child import Child
from bitwright.net.supervisor.cleaning import cleanup
from bitwright.net.supervisor.dynamic import DynamicSupervisor
from bitwright.net.supervisor.exits import Exit, Shutdown
from bitwright.net.supervisor.ordered import Supervisor
from bitwright.net.supervisor.places import ChildInfo

__all__ = ["Child", "ChildInfo", "DynamicSupervisor", "Exit", "Shutdown", "Supervisor", "cleanup"]
