"""The tier "value": messages in which a field has another valid value, and everything that follows from it fits again.

Promise: a correct parser accepts every mutant, without a finding.  A seed that is no whole message, or has findings of its own, has
no sites.
"""

from __future__ import annotations

from collections.abc import Iterator

from bitwright.testing.fieldtree import FieldTree
from bitwright.testing.sites import Site
from bitwright.testing.values.leaves import leaf_sites
from bitwright.testing.values.rebuilt import rebuilt_sites


def sites(tree: FieldTree) -> Iterator[Site]:
    """Every place of a message where a value can be another."""
    if not tree.is_valid or tree.findings:
        return
    leaves = list(leaf_sites(tree))
    yield from leaves
    yield from rebuilt_sites(tree, {site.node for site in leaves if site.is_whole})
