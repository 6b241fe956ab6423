"""What decoding tells the session besides shapes."""

import pytest
import torch

from engine.devices import Devices
from studio.controller import Controller
from studio.session import Session
from studio.settings import Settings
from studio.workbench import Lanes, Workbench


@pytest.fixture
def session(qapp, engine, monkeypatch):
    monkeypatch.setattr("studio.decoding.SETTLED_LEVELS", (17, 33))
    session = Session()
    bench: Workbench
    bench = Workbench(session, Lanes.inline(), lambda item: bench.deliver(item))
    session.controller = Controller(session, engine, bench, Settings())
    session.controller.start()
    return session


def test_a_gpu_that_had_no_memory_left_is_noticed_once_and_the_device_shown_is_the_processor(session, engine, monkeypatch):
    devices = Devices("meta")  # stands for a GPU

    def work():
        if devices.name != "cpu":
            raise torch.OutOfMemoryError("CUDA out of memory.")

    devices.fitting(work, lambda: None)
    monkeypatch.setattr(engine, "_devices", devices)
    session.device = "a GPU"
    session.controller.start_from("balls", 3)
    assert session.notice.level == "warning"
    assert "no memory left" in session.notice.text
    assert session.device.startswith("CPU")
    session.notice = None
    session.controller.start_from("balls", 1)
    assert session.notice is None
