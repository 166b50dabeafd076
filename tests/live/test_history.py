"""Editors, readers and faults together, every page view judged against the history of commits
(lib/history.py tells the promises).  By hand for longer: python3 -m lib.history --seconds 600"""
from lib.history import Checker
from lib.servers import SLOW


def test_editors_and_readers(make_site):
    checker = Checker(make_site(config={"deadline": 8000}), 6, seed=1, faults=False).run()
    print(checker.summary)
    assert not checker.wrong, "\n".join([checker.summary, *checker.wrong[:20]])
    assert checker.views > 30 // SLOW and checker.edits > 20 // SLOW and checker.previews > 5 // SLOW


def test_editors_readers_and_faults(make_site):
    checker = Checker(make_site(), 9, seed=2).run()
    print(checker.summary)
    assert not checker.wrong, "\n".join([checker.summary, *checker.wrong[:20]])
    assert checker.views > 30 // SLOW and checker.edits > 20 // SLOW and len(checker.faults) > 4
