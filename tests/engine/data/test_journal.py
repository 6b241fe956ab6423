import os
import threading

from engine.data import journal


def test_lines_of_many_writers_stay_apart_and_in_order(tmp_path):
    def write(name):
        for k in range(50):
            journal.append(tmp_path, "built", (f"{name}{k}", "chair", "abc"), "run", k / 3)

    threads = [threading.Thread(target=write, args=(name,)) for name in "äbc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    entries = journal.read(tmp_path)
    assert len(entries) == 150
    for name in "äbc":
        assert [e.id for e in entries if e.id[0] == name] == [f"{name}{k}" for k in range(50)]
    first = next(e for e in entries if e.id == "b1")
    assert (first.event, first.category, first.made_from, first.run, first.seconds) == ("built", "chair", "abc", "run", 0.333)
    assert first.process == os.getpid()


def test_half_a_line_costs_no_other(tmp_path):
    assert journal.read(tmp_path) == []
    journal.append(tmp_path, "begun", ("a", "chair", "abc"), "run", 0.0)
    with (tmp_path / journal.NAME).open("a") as file:
        file.write('{"event": "buil\n[]\n{"event": "begun"}\n')
    journal.append(tmp_path, "built", ("a", "chair", "abc"), "run", 1.0)
    assert [e.event for e in journal.read(tmp_path)] == ["begun", "built"]
