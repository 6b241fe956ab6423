"""Objects posted anywhere arrive on the GUI thread, in order, and not after closing."""

import threading

from studio.bridge import JobBridge


def test_objects_from_a_thread_arrive_in_order_on_the_gui_thread(qtbot):
    got, threads = [], set()

    def handler(item):
        got.append(item)
        threads.add(threading.get_ident())

    bridge = JobBridge(handler)
    items = [{"n": i} for i in range(200)]
    worker = threading.Thread(target=lambda: [bridge.post(item) for item in items])
    worker.start()
    worker.join()
    assert got == []  # nothing runs on the worker's thread
    qtbot.waitUntil(lambda: len(got) == 200)
    assert all(a is b for a, b in zip(got, items, strict=True))
    assert threads == {threading.get_ident()}


def test_a_post_from_the_gui_thread_is_queued_too(qtbot):
    got = []
    bridge = JobBridge(got.append)
    bridge.post(1)
    assert got == []
    qtbot.waitUntil(lambda: got == [1])


def test_nothing_arrives_after_close(qtbot):
    got, later = [], []
    bridge, other = JobBridge(got.append), JobBridge(later.append)
    bridge.post(1)
    bridge.close()
    bridge.post(2)
    other.post(3)  # queued after them: when it has come, they would have come
    qtbot.waitUntil(lambda: later == [3])
    assert got == []


def test_handler_may_be_set_later(qtbot):
    got = []
    bridge = JobBridge()
    bridge.set_handler(got.append)
    bridge.post("x")
    qtbot.waitUntil(lambda: got == ["x"])
