"""Handlers of Ctrl-C and SIGTERM: they are as before when a block ends, and stops are delayed, never lost."""

import os
import signal
import threading

import pytest

from tvrgen._support import interrupts

STOPS = (signal.SIGINT, signal.SIGTERM)


def handlers() -> list[object]:
    return [signal.getsignal(number) for number in STOPS]


@pytest.fixture(autouse=True)
def unchanged():
    before = handlers()
    yield
    after = handlers()
    for number, handler in zip(STOPS, before, strict=True):
        signal.signal(number, handler)
    assert after == before


@pytest.mark.parametrize("number", STOPS)
def test_a_stop_is_delayed_until_the_block_ends(number):
    steps = []

    def work():
        with interrupts.deferred():
            os.kill(os.getpid(), number)
            steps.append("the block went on")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert steps == ["the block went on"]


def test_an_error_in_the_block_is_not_hidden():
    def work():
        with interrupts.deferred():
            os.kill(os.getpid(), signal.SIGINT)
            raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        work()


def test_without_a_stop_nothing_is_raised():
    with interrupts.deferred():
        pass


def test_handlers_that_a_block_sets_are_replaced_by_those_before():
    with interrupts.restored():
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def test_sigterm_is_an_interrupt():
    with pytest.raises(KeyboardInterrupt), interrupts.sigterm_as_interrupt():
        os.kill(os.getpid(), signal.SIGTERM)


@pytest.mark.parametrize("manager", [interrupts.deferred, interrupts.restored, interrupts.sigterm_as_interrupt])
def test_other_threads_leave_handlers_alone(manager):
    seen = []

    def work():
        with manager():
            seen.append(handlers())

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [handlers()]
