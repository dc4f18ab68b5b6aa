"""What the account of a soak test detects: python3 -B -m unittest discover Tests/Soak"""

from __future__ import annotations

import unittest

from account import Account
from flat import growth


def good() -> Account:
    """Two programs with five operations, one for each way in which a call can end."""
    account = Account()
    for marker, outcome, statuses in [
        (1, "done", [200]),
        (2, "not_sent", []),
        (3, "not_done", [401, 500]),
        (4, "unknown", [200]),
        (5, "unknown", [None]),
    ]:
        account.report("c" if marker < 3 else "go", marker, outcome)
        for status in statuses:
            account.request(marker, status)
    account.executed.update([1, 4])
    account.settle(4, "done")
    account.settle(5, "not_yet")
    account.begun = {"c": 2, "go": 3}
    return account


class AccountTest(unittest.TestCase):
    def test_an_account_that_adds_up(self) -> None:
        account = good()
        assert account.problems() == []
        assert (
            "4 operations sent = 1 done + 1 not done + 2 unknown; 1 of the unknown ones were executed"
            in account.summary()
        )

    def test_each_fault_is_named(self) -> None:
        for spoil, message in [
            (lambda a: a.executed.update([1]), "1 operations were executed more than once: 1"),
            (lambda a: a.executed.update([9]), "1 operations were executed, and no program began them: 9"),
            (lambda a: a.executed.update([2]), "1 operations were reported not sent, and executed: 2"),
            (lambda a: a.executed.update([3]), "1 operations were reported not done, and executed: 3"),
            (lambda a: a.executed.pop(1), "1 operations were reported done, and not executed: 1"),
            (lambda a: a.executed.pop(4), "1 operations were settled as done, and not executed: 4"),
            (lambda a: a.settle(4, "not_done"), "1 operations were settled as not done, and executed: 4"),
            (lambda a: a.request(2, None), "1 operations were reported not sent, and the server had a request: 2"),
            (lambda a: a.request(1, 200), "1 operations were sent again after something else than HTTP 401: 1"),
            (lambda a: a.requests.pop(4), "1 operations were executed without a request: 4"),
            (lambda a: a.report("c", 1, "done"), "1 operations were reported twice: 1"),
            (lambda a: a.report("c", 6, "?"), "1 operations ended with an outcome that does not exist: 6"),
            (lambda a: a.begun.update(c=3), "the program c began 3 operations, and reported 2"),
        ]:
            with self.subTest(message):
                account = good()
                spoil(account)
                assert message in account.problems()


class FlatTest(unittest.TestCase):
    def test_what_stays_flat(self) -> None:
        assert growth([9, 1, 5, 5, 6, 5, 7, 5, 5, 6, 5, 5], 0, 0) is None
        # Growth at the start does not count.
        assert growth([1, 2, 3, 4, 9, 9, 9, 9, 9, 9, 9, 9], 0, 0) is None
        assert growth([10] * 8 + [11] * 4, 0.1, 0) is None
        assert growth([10] * 8 + [12] * 4, 0, 2) is None

    def test_what_grows(self) -> None:
        assert growth(list(range(12)), 0, 2) == (5.5, 9.5)
        assert growth([10] * 8 + [13] * 4, 0.1, 1) == (10, 13)


if __name__ == "__main__":
    unittest.main()
