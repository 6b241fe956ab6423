import hashlib
from collections import defaultdict

from engine.data.split import furniture_table, item_key, item_seed, split_ids


def test_rule_reproduces_the_table_exactly():
    rows = furniture_table()
    assert len(rows) == 285
    ids = defaultdict(list)
    for row in rows:
        ids[row.category].append(row.id)
    for category, members in ids.items():
        assert split_ids(category, members) == {row.id: row.split for row in rows if row.category == category}


def test_table_holds_only_free_licences_and_no_id_twice():
    rows = furniture_table()
    assert {row.licence for row in rows} == {"CC0-1.0", "CC-BY-3.0", "CC-BY-3.0-US"}
    assert len({row.id for row in rows}) == len(rows)


def test_split_does_not_depend_on_order_and_has_the_stated_sizes():
    ids = [f"L#{n}" for n in range(40)]
    forward, backward = split_ids("chair", ids), split_ids("chair", ids[::-1])
    assert forward == backward
    assert sorted(forward.values()).count("test") == 10
    assert sorted(forward.values()).count("val") == 3
    other = list(split_ids("vase", ids).values())
    assert (other.count("test"), other.count("val")) == (8, 3)
    first = min(ids, key=lambda i: hashlib.sha1(i.encode()).hexdigest())
    assert forward[first] == "test"


def test_key_and_seed_belong_to_the_id():
    assert item_key("Scopia#crib") == hashlib.sha1(b"Scopia#crib").hexdigest()[:16]
    assert 0 <= item_seed("Scopia#crib") < 2**32
    assert item_seed("Scopia#crib") != item_seed("Scopia#bed")
