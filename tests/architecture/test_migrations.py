"""A new version is brought out while the old one serves: every migration is additive, or says why it is not and how."""

from madang.kernel.common.upgrading import unsafe


def test_every_migration_is_additive_or_says_how_it_is_brought_out():
    found = [f"{name}: {one}" for name, objections in unsafe(only_new=False) for one in objections]
    assert not found, "\n".join(found)
